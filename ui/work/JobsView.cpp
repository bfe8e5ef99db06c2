// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/JobsView.h"

#include "ui/widgets/DataTable.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/work/JobDetail.h"

#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int totalsDays = 30;

const QString openState = QStringLiteral("open");

} // namespace

JobsView::JobsView(const PageContext &context, QWidget *parent)
    : RecordsView(context, {"job", {"refund", "invoice"}, "jobs", {680, 336}}, parent)
    , m_filter(std::make_shared<JobFilter>())
    , m_model(makeJobModel(context.core, m_filter, this))
    , m_totals(captionLabel({}, this))
{
    addState(tr("Open"), openState);
    for (const JobState state :
         {JobState::AwaitingEvalPayment, JobState::Evaluating, JobState::AwaitingWorkPayment,
          JobState::Executing, JobState::Complete, JobState::Rejected, JobState::Failed, JobState::Expired})
        addState(lookOf(state).word, toText(state));
    build(*m_model);
    table()->setFilterHint(tr("Whole npub, key or job id"));
    table()->setEmpty(
        QStringLiteral("work"),
        tr("Whoever asks for work over the API makes a job; it will appear here with every step, "
           "its price and what it earned."),
        tr("No job matches the filter."));
    table()->setEmptyAction(tr("See the API"), [this] {
        if (this->context().goTo)
            this->context().goTo(QStringLiteral("api"), {});
    });
    body()->addWidget(m_totals);
    m_totals->setToolTip(
        tr("Earned: what customers and the pool paid for work. Cost: what the model's tokens "
           "cost at the price of each quote. Evaluations have their own fee."));
    connect(this, &JobsView::rowsChanged, this, &JobsView::reloadTotals);
    reloadTotals();
}

JobDetail *JobsView::detail() const
{
    return qobject_cast<JobDetail *>(panel()->content());
}

QString JobsView::totals() const
{
    return m_totals->text();
}

void JobsView::setFilter(const QString &state, const std::optional<PubKey> &key)
{
    *m_filter = {.state = jobStateFromText(state), .pubkey = key, .open = state == openState};
}

void JobsView::readDetail(const QString &id)
{
    readStory(
        id, jobStoryOf, [this](const JobStory &story) { present(story); },
        tr("There is no job with this id."));
}

void JobsView::present(const JobStory &story)
{
    if (auto *detail = shown<JobDetail>(story.job.id)) {
        detail->show(story);
        return;
    }
    panel()->present(tr("Job"), new JobDetail(context(), story));
    table()->select(story.job.id);
}

void JobsView::readRows(const std::vector<QString> &ids)
{
    const auto find = [](Services &s, const QString &id) {
        const auto job = s.jobs.find(id);
        return job ? std::optional(lineOf(*job, s)) : std::nullopt;
    };
    readChangedRows(context().core, m_model, ids, find,
                    [this](const JobLine &line) { return matches(*m_filter, line.job); });
}

void JobsView::reloadTotals()
{
    m_sumAgain = m_summing;
    if (m_summing)
        return;
    m_summing = true;
    const auto finish = [this] {
        m_summing = false;
        if (std::exchange(m_sumAgain, false))
            reloadTotals();
    };
    context().core.runLater(
        this,
        [since = m_model->now() - days(totalsDays)](Services &s) { return s.control.workTotals(since); },
        [this, finish](const WorkTotals &totals) {
            m_totals->setVisible(totals.finished > 0);
            m_totals->setText(tr("Last %1 days: %2 jobs earned %3 and cost %4; margin %5 sats")
                                  .arg(totalsDays)
                                  .arg(words::grouped(totals.finished), words::amount(totals.margin.earned),
                                       words::amount(totals.margin.ownCost),
                                       signedFigure(totals.margin.margin())));
            finish();
        },
        [finish](const ServiceError &) { finish(); });
}

} // namespace tower
