// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/nodes/OrphanModel.h"
#include "ui/shell/PageWidget.h"

class QAction;
class QLabel;

namespace tower {

class ConfirmBar;
class DataTable;

/// What the provider keeps, and charges for, without a node of ours that accounts for it: what it costs, and
/// how to be rid of it. GUI thread.
class OrphansView : public QWidget
{
    Q_OBJECT

public:
    explicit OrphansView(const PageContext &context, QWidget *parent = nullptr);

    [[nodiscard]] OrphanModel *model() const { return m_model; }
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    [[nodiscard]] InlineMessage *message() const { return m_message; }
    [[nodiscard]] QString totals() const;
    /// The last sweep has ended, or what it found has changed.
    void reload();

public slots:
    void sweep();
    void askToDelete();

signals:
    void started();
    void ended();
    void found(int orphans);
    void asksNode(const QString &id);

private:
    void buildActions();
    void show(const SweepReport &report);
    void remove(const std::vector<CloudThing> &things);
    [[nodiscard]] std::vector<CloudThing> chosen() const;

    PageContext m_context;
    OrphanModel *m_model;
    DataTable *m_table;
    QLabel *m_totals;
    ConfirmBar *m_confirm;
    InlineMessage *m_problem; ///< of the last sweep
    InlineMessage *m_message; ///< of what was done here
    QAction *m_sweep;
    QAction *m_delete;
};

} // namespace tower
