// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

class QTabWidget;

namespace tower {

class NodesView;
class OrphansView;

/// Bitcoin nodes that were ordered, and what is at their provider without one.
class NodesPage : public PageWidget
{
    Q_OBJECT

public:
    explicit NodesPage(const PageContext &context, QWidget *parent = nullptr);

    /// "nodes" or "orphans", "nodes:…" with what NodesView::open() understands, "node:<id>" as the books
    /// write it, an id, a hex key, or a state.
    void open(const QString &key) override;
    [[nodiscard]] NodesView *nodes() const { return m_nodes; }
    [[nodiscard]] OrphansView *orphans() const { return m_orphans; }
    [[nodiscard]] QTabWidget *tabs() const { return m_tabs; }

private:
    QTabWidget *m_tabs;
    NodesView *m_nodes;
    OrphansView *m_orphans;
};

} // namespace tower
