// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

#include <atomic>
#include <memory>

class QComboBox;
class QPushButton;

namespace tower {

class DataTable;
class DetailPanel;
class FilterBox;
class Pill;

/// Who did what, and whether the chain of it is whole.
class ActivityPage : public PageWidget
{
    Q_OBJECT

public:
    explicit ActivityPage(const PageContext &context, QWidget *parent = nullptr);
    ~ActivityPage() override;

    /// Everything about one key, event or job.
    void open(const QString &key) override;
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] KeyedModel<ActivityRow> *model() const { return m_model; }
    [[nodiscard]] Pill *chain() const { return m_chain; }

public slots:
    void verify();

private:
    void buildFilters();
    void restart();
    void showDetail(const QString &key);
    void showReport(const ChainReport &report);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] bool wants(const ActivityRow &row) const;

    std::shared_ptr<ActivityFilter> m_filter;
    KeyedModel<ActivityRow> *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    FilterBox *m_actor;
    FilterBox *m_action;
    QComboBox *m_since;
    Pill *m_chain;
    QPushButton *m_verify;
    std::shared_ptr<std::atomic_bool> m_cancelled; ///< set while the chain is being verified
};

} // namespace tower
