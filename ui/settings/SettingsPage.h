// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/settings/SettingModel.h"
#include "ui/shell/PageWidget.h"

class QComboBox;

namespace tower {

class ConnectionsView;
class DataTable;
class DetailPanel;
class SettingDetail;

/// The catalogue of settings: values, where they come from, changing and resetting them. Of secrets only
/// whether they are set.
class SettingsPage : public PageWidget
{
    Q_OBJECT

public:
    explicit SettingsPage(const PageContext &context, QWidget *parent = nullptr);

    /// A setting's or secret's name shows it; "secrets" shows those, "connections" their tests.
    void open(const QString &key) override;
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] SettingModel *model() const { return m_model; }
    [[nodiscard]] SettingDetail *detail() const;
    /// Nullptr when it is not shown.
    [[nodiscard]] ConnectionsView *connections() const;

private:
    void buildFilters();
    void restart();
    void showDetail(const QString &name);
    void showConnections();
    void change(Setting setting, const std::optional<QString> &text);
    void changed(const SettingLine &before, const std::optional<QString> &text);
    void follow(const std::vector<Change> &changes);

    std::shared_ptr<SettingFilter> m_filter;
    SettingModel *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    QComboBox *m_group;
    QString m_awaited; ///< a setting to show once it is loaded
};

} // namespace tower
