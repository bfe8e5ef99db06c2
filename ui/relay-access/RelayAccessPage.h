// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/relay-access/AccessFlow.h"
#include "ui/relay-access/AccountModel.h"
#include "ui/shell/PageWidget.h"

class QAction;
class QComboBox;
class QTabWidget;

namespace tower {

class DataTable;
class DecisionsView;
class DetailPanel;
class WhyPanel;

/// Who may read and write on the relay: the accounts, granting and revoking with undo, "why?", and what the
/// policy answers.
class RelayAccessPage : public PageWidget
{
    Q_OBJECT

public:
    explicit RelayAccessPage(const PageContext &context, QWidget *parent = nullptr);

    /// A key; "decisions"; or a level ("write") to filter by.
    void open(const QString &key) override;
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] AccountModel *model() const { return m_model; }
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }

    /// Shows the form for these keys.
    AccessForm *showForm(RelayAccounts::BulkAction action, const QStringList &keys);
    void importFrom(const QByteArray &fileContent);
    void askWhy(const QString &subject);

private:
    void buildTable();
    void buildFilters();
    void buildActions();
    void showDetail(const QString &key);
    void chooseImport();
    void follow(const std::vector<Change> &changes);
    void restart();

    std::shared_ptr<RelayAccountFilter> m_filter;
    AccountModel *m_model;
    QTabWidget *m_tabs;
    DataTable *m_table;
    DetailPanel *m_panel;
    AccessFlow *m_access;
    DecisionsView *m_decisions = nullptr;
    QComboBox *m_level = nullptr;
    QAction *m_revoke = nullptr;
    QString m_detailKey;
};

} // namespace tower
