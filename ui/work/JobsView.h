// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/RecordsView.h"
#include "ui/work/JobModel.h"

class QLabel;

namespace tower {

class JobDetail;
struct JobStory;

/// All jobs, what they earned, and one of them in full beside. Beside the states there is "open".
class JobsView : public RecordsView
{
    Q_OBJECT

public:
    explicit JobsView(const PageContext &context, QWidget *parent = nullptr);

    [[nodiscard]] JobModel *model() const { return m_model; }
    /// What the panel shows.
    [[nodiscard]] JobDetail *detail() const;
    [[nodiscard]] QString totals() const;

private:
    void setFilter(const QString &state, const std::optional<PubKey> &key) override;
    void readDetail(const QString &id) override;
    void readRows(const std::vector<QString> &ids) override;
    void present(const JobStory &story);
    void reloadTotals();

    std::shared_ptr<JobFilter> m_filter;
    JobModel *m_model;
    QLabel *m_totals;
    bool m_summing = false;
    bool m_sumAgain = false;
};

} // namespace tower
