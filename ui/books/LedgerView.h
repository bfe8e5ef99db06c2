// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

class QComboBox;

namespace tower {

class DataTable;
class PeriodBox;

/// Every movement, newest first; beside it what each account holds. An account that is chosen there filters
/// the movements.
class LedgerView : public QWidget
{
    Q_OBJECT

public:
    explicit LedgerView(const PageContext &context, QWidget *parent = nullptr);

    void showAccount(const QString &account);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] DataTable *balances() const { return m_balances; }
    [[nodiscard]] PeriodBox *period() const { return m_period; }
    [[nodiscard]] QComboBox *kind() const { return m_kind; }

signals:
    /// The job or session that a movement belongs to, as WorkPage::open() takes it.
    void asksWork(const QString &key);

private:
    void buildTable();
    void buildBalances(QSettings *settings);
    void restart();

    Core &m_core;
    std::shared_ptr<LedgerFilter> m_filter;
    KeyedModel<LedgerRow> *m_model;
    KeyedModel<AccountBalance> *m_balanceModel;
    DataTable *m_table;
    DataTable *m_balances;
    PeriodBox *m_period;
    QComboBox *m_kind;
};

} // namespace tower
