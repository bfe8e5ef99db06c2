// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pool/AdjustForm.h"
#include "ui/pool/BudgetForm.h"
#include "ui/pool/GrantModel.h"
#include "ui/shell/PageWidget.h"

class QTabWidget;

namespace tower {

class DataTable;
class DetailPanel;
class PoolHistory;
class Tile;

/// What the pool holds and for how long, what it got and gave, to whom, and by what budgets.
class PoolPage : public PageWidget
{
    Q_OBJECT

public:
    explicit PoolPage(const PageContext &context, QWidget *parent = nullptr);

    /// "grants", "budgets"; a hex key shows that identity's grants.
    void open(const QString &key) override;
    void showForm(AdjustForm::Way way);
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }
    [[nodiscard]] DataTable *grants() const { return m_grants; }
    [[nodiscard]] GrantModel *grantModel() const { return m_grantModel; }
    [[nodiscard]] PoolHistory *history() const { return m_history; }
    [[nodiscard]] BudgetForm *budgets() const { return m_budgets; }
    [[nodiscard]] QList<Tile *> tiles() const { return {m_balance, m_days, m_credited, m_absorbed}; }

private:
    QWidget *buildTiles();
    void buildGrants();
    void filterGrants(const QString &text);
    void restartGrants();
    void reload();
    void showStatus(const PoolStatus &status);
    void adjust(Sats sats, const QString &reason);
    void saveBudgets(const Settings::Changes &changes);
    void follow(const std::vector<Change> &changes);

    PoolStatus m_status;
    std::shared_ptr<GrantFilter> m_filter;
    GrantModel *m_grantModel;
    Tile *m_balance;
    Tile *m_days;
    Tile *m_credited;
    Tile *m_absorbed;
    QTabWidget *m_tabs;
    PoolHistory *m_history;
    DataTable *m_grants;
    BudgetForm *m_budgets;
    DetailPanel *m_panel;
};

} // namespace tower
