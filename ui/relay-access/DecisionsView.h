// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <QWidget>

#include <memory>

class QLabel;
class QSettings;

namespace tower {

class DataTable;

/// What the policy answered lately, live, with how fast it answers.
class DecisionsView : public QWidget
{
    Q_OBJECT

public:
    DecisionsView(Core &core, QSettings *settings, QWidget *parent = nullptr);

    [[nodiscard]] DataTable *table() const { return m_table; }

signals:
    void asksWhy(const QString &pubkey);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void reload();

    Core &m_core;
    std::shared_ptr<PolicyLogFilter> m_filter;
    KeyedModel<PolicyLogEntry> *m_model;
    DataTable *m_table;
    QLabel *m_health;
};

} // namespace tower
