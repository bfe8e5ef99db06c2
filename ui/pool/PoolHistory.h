// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

class QComboBox;
class QStackedLayout;

namespace tower {

class Chart;
class DataTable;

/// The pool day by day (UTC): its balance, what it got and what it gave; the same numbers in a table beside.
class PoolHistory : public QWidget
{
    Q_OBJECT

public:
    explicit PoolHistory(const PageContext &context, QWidget *parent = nullptr);

    /// Asks again; the days that are shown stay until the answer is there.
    void reload();
    [[nodiscard]] Chart *balance() const { return m_balance; }
    [[nodiscard]] Chart *flows() const { return m_flows; }
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] QComboBox *span() const { return m_span; }

signals:
    void started();
    void ended();
    void failed(const tower::ServiceError &error);

private:
    void show(const std::vector<PoolDay> &days);

    Core &m_core;
    std::vector<PoolDay> m_days; ///< newest first, as the table shows them
    KeyedModel<PoolDay> *m_model;
    QComboBox *m_span;
    Chart *m_balance;
    Chart *m_flows;
    DataTable *m_table;
    bool m_asking = false;
    bool m_again = false;
};

} // namespace tower
