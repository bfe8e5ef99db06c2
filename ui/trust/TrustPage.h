// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/trust/IdentityDetail.h"

class QComboBox;

namespace tower {

class AccessFlow;
class DataTable;
class DetailPanel;
class TierBar;

/// Who is trusted how far, and why: tiers at a glance, every identity, its history and vouches.
class TrustPage : public PageWidget
{
    Q_OBJECT

public:
    explicit TrustPage(const PageContext &context, QWidget *parent = nullptr);

    /// A key shows that identity; the name of a tier filters by it.
    void open(const QString &key) override;
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] IdentityModel *model() const { return m_model; }
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }
    [[nodiscard]] TierBar *tierBar() const { return m_bar; }
    /// What the panel shows, when it is an identity.
    [[nodiscard]] IdentityDetail *detail() const;

private:
    void buildTable();
    void buildActions();
    void restart();
    void showTier(std::optional<Tier> tier);
    void showDetail(const QString &key);
    void present(const IdentityStory &story);
    void connectDetail(IdentityDetail *detail);
    void ask(RelayAccounts::BulkAction action);
    void reloadCounts();
    void follow(const std::vector<Change> &changes);

    std::shared_ptr<IdentityFilter> m_filter;
    IdentityModel *m_model;
    TierBar *m_bar;
    DataTable *m_table;
    DetailPanel *m_panel;
    AccessFlow *m_access;
    QComboBox *m_tier = nullptr;
    QString m_detailKey;
};

} // namespace tower
