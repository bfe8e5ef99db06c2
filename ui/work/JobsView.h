// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/work/JobModel.h"

class QComboBox;
class QLabel;

namespace tower {

class DataTable;
class DetailPanel;
class JobDetail;
struct JobStory;

/// All jobs, what they earned, and one of them in full beside.
class JobsView : public QWidget
{
    Q_OBJECT

public:
    explicit JobsView(const PageContext &context, QWidget *parent = nullptr);

    /// "open", the name of a state, a hex key, or a job's id.
    void open(const QString &key);
    void showDetail(const QString &id);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] JobModel *model() const { return m_model; }
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }
    /// What the panel shows.
    [[nodiscard]] JobDetail *detail() const;
    [[nodiscard]] QString totals() const;

signals:
    void started();
    void ended();
    void said(const QString &problem);

private:
    void buildFilters();
    void filter(const QString &text);
    void restart();
    void present(const JobStory &story);
    void reloadTotals();

    PageContext m_context;
    std::shared_ptr<JobFilter> m_filter;
    JobModel *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    QComboBox *m_state;
    QLabel *m_totals;
    QString m_detailId;
    bool m_summing = false;
    bool m_sumAgain = false;
};

} // namespace tower
