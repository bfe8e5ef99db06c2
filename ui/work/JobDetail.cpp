// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/JobDetail.h"

#include "ui/widgets/Facts.h"
#include "ui/widgets/InvoiceView.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/widgets/Words.h"
#include "ui/work/JobModel.h"
#include "ui/work/RefundForm.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace tower {

namespace {

constexpr int shownMovements = 20;

enum StageOf { Asked, FeePaid, Evaluated, Paid, Worked };

/// Which stage a job has come to, and whether it failed there.
std::pair<StageOf, bool> reached(const Job &job)
{
    switch (job.state) {
    case JobState::AwaitingEvalPayment:
        return {FeePaid, false};
    case JobState::Evaluating:
        return {Evaluated, false};
    case JobState::Rejected:
        return {Evaluated, true};
    case JobState::AwaitingWorkPayment:
        return {Paid, false};
    case JobState::Executing:
    case JobState::Complete:
        return {Worked, false};
    case JobState::Failed:
        return {job.quote ? Worked : Evaluated, true};
    case JobState::Expired:
        return {job.workPaymentHash ? Paid : FeePaid, true};
    }
    return {Asked, false};
}

QString tokens(std::int64_t input, std::int64_t output)
{
    return JobDetail::tr("%1 in, %2 out").arg(words::grouped(input), words::grouped(output));
}

} // namespace

std::optional<JobStory> jobStoryOf(Services &services, const QString &id)
{
    const auto job = services.jobs.find(id);
    if (!job)
        return std::nullopt;
    JobStory out;
    out.job = *job;
    out.margin = marginOf(*job, services.pricing);
    out.model = services.pricing.modelName(ModelUse::Work);
    out.evalInvoice = services.invoices.find(job->evalPaymentHash);
    if (job->workPaymentHash)
        out.workInvoice = services.invoices.find(*job->workPaymentHash);
    out.openInvoice = services.jobs.openInvoice(*job);
    out.refunds = services.refunds.of(RefundOwner::Job, id);
    LedgerFilter filter;
    filter.account = Account::job(id).name();
    out.movements = services.ledger.list(filter, {shownMovements, {}}).items;
    std::reverse(out.movements.begin(), out.movements.end());
    return out;
}

std::vector<Stage> stagesOf(const JobStory &story)
{
    const Job &job = story.job;
    const bool isFree = job.workAmount && *job.workAmount == Sats(0);
    std::vector<Stage> out{{JobDetail::tr("Asked"), Stage::State::Done, job.createdAt},
                           {JobDetail::tr("Fee paid")},
                           {JobDetail::tr("Evaluated")},
                           {isFree ? JobDetail::tr("Free") : JobDetail::tr("Paid")},
                           {JobDetail::tr("Worked")}};
    const auto [last, failed] = reached(job);
    for (std::size_t i = FeePaid; i <= static_cast<std::size_t>(last); ++i)
        out[i].state = Stage::State::Done;
    if (job.state != JobState::Complete)
        out[last].state = failed ? Stage::State::Failed : Stage::State::Now;
    if (story.evalInvoice)
        out[FeePaid].at = story.evalInvoice->paidAt;
    if (story.workInvoice) {
        out[Evaluated].at = story.workInvoice->createdAt;
        out[Paid].at = story.workInvoice->paidAt;
    }
    if (job.finishedAt)
        out[last].at = job.finishedAt;
    return out;
}

void addQuote(Facts &facts, const Quote &quote)
{
    facts.add(JobDetail::tr("Estimated"), words::dollars(quote.estimate.cost));
    facts.add(JobDetail::tr("Tokens"), tokens(quote.estimate.inputTokens, quote.estimate.outputTokens));
    facts.add(JobDetail::tr("Margin in it"), JobDetail::tr("%1 %").arg(quote.marginPct));
    facts.add(JobDetail::tr("Bitcoin price"),
              JobDetail::tr("%1, %2").arg(words::dollars(quote.price.usd), wordOf(quote.price.origin)));
    facts.add(JobDetail::tr("Quote"), words::amount(quote.sats));
}

void addCost(Facts &facts, const WorkCost &cost)
{
    facts.add(JobDetail::tr("Tokens"), tokens(cost.inputTokens, cost.outputTokens));
    facts.add(JobDetail::tr("Cost"),
              cost.known ? JobDetail::tr("%1, %2").arg(words::dollars(cost.cost), words::amount(cost.amount))
                         : JobDetail::tr("%1, %2 (an estimate: a call timed out and may have been billed)")
                               .arg(words::dollars(cost.cost), words::amount(cost.amount)));
}

JobDetail::JobDetail(const PageContext &context, const JobStory &story, QWidget *parent)
    : QWidget(parent)
    , m_id(story.job.id)
    , m_state(new Pill({}, this))
    , m_free(new Pill({}, this))
    , m_timeLine(new TimeLine(this))
    , m_invoice(new InvoiceView(this))
    , m_facts(new Facts({}, this))
    , m_refund(new RefundForm(context.core, RefundOwner::Job, m_id, context.actor, this))
    , m_pricing(new Facts(tr("How it was priced"), this))
    , m_cost(new Facts(tr("What it cost"), this))
    , m_movements(new Facts(tr("Its account in the books"), this))
    , m_request(new QuotedText(tr("Request"), this))
    , m_result(new QuotedText(tr("Result"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(12);
    auto *pills = new QHBoxLayout;
    pills->addWidget(m_state);
    pills->addWidget(m_free);
    pills->addStretch();
    layout->addLayout(pills);
    for (QWidget *part : QWidgetList{m_timeLine, m_refund, m_invoice, m_facts, m_pricing, m_cost, m_movements,
                                     m_request, m_result})
        layout->addWidget(part);
    layout->addStretch();
    show(story);
}

void JobDetail::show(const JobStory &story)
{
    const Job &job = story.job;
    m_state->setLook(lookOf(job.state));
    m_free->setLook(lookOfFreeTier(job.freeTier, job.workAmount.value_or(Sats(0))));
    m_free->setVisible(job.freeTier);
    m_timeLine->setStages(stagesOf(story));
    m_invoice->setVisible(story.openInvoice.has_value());
    if (story.openInvoice)
        m_invoice->show(*story.openInvoice, story.openInvoice->purpose == InvoicePurpose::Eval
                                                ? tr("Invoice for the evaluation")
                                                : tr("Invoice for the work"));
    showFacts(story);
    m_refund->show(story.refunds);
    showPricing(story);
    showCost(story);
    m_movements->clear();
    for (const LedgerRow &row : story.movements)
        m_movements->add(
            words::amount(row.movement.sats), wordOfMovement(row.movement.kind),
            tr("%1: %2 to %3")
                .arg(words::absolute(row.at), row.movement.debit.name(), row.movement.credit.name()));
    m_request->show(job.request);
    m_result->show(job.result);
}

void JobDetail::showFacts(const JobStory &story)
{
    const Job &job = story.job;
    m_facts->clear();
    m_facts->addId(tr("Job"), job.id);
    m_facts->addKey(tr("Customer"), job.pubkey);
    m_facts->add(tr("Asked"), words::absolute(job.createdAt));
    if (job.finishedAt)
        m_facts->add(tr("Finished"), words::absolute(*job.finishedAt));
    m_facts->add(tr("Why rejected"), job.reason);
    m_facts->add(tr("What failed"), job.error);
    m_facts->add(tr("Evaluation fee"), words::amount(job.evalAmount));
}

void JobDetail::showPricing(const JobStory &story)
{
    const Job &job = story.job;
    m_pricing->clear();
    if (!job.quote)
        return;
    addQuote(*m_pricing, *job.quote);
    m_pricing->add(tr("Model"), story.model);
    if (job.workAmount)
        m_pricing->add(tr("Asked for"), *job.workAmount == Sats(0) ? tr("nothing: the pool takes it on")
                                                                   : words::amount(*job.workAmount));
    if (job.freeTier && !job.actual)
        m_pricing->add(tr("Reserved"), words::amount(job.absorbed));
}

void JobDetail::showCost(const JobStory &story)
{
    const Job &job = story.job;
    m_cost->clear();
    if (!job.actual)
        return;
    addCost(*m_cost, *job.actual);
    m_cost->add(tr("From the pool"), words::amount(job.absorbed));
    m_cost->add(tr("From the customer"), words::amount(job.kept));
    if (job.refundState)
        m_cost->add(tr("Refund"), words::amount(job.refundAmount));
    if (story.margin) {
        m_cost->add(tr("Our own cost"), words::amount(story.margin->ownCost));
        m_cost->add(tr("Margin"), tr("%1 sats").arg(signedFigure(story.margin->margin())));
    }
}

} // namespace tower
