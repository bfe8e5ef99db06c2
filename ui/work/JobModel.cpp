// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/JobModel.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/MoneyLooks.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::JobModel)
};

Column<JobLine> number(const QString &id, const QString &title, int width,
                       std::function<std::optional<std::int64_t>(const Job &)> value, bool shown = true)
{
    return {.info = {id, title, CellKind::Number, {}, width, shown},
            .text =
                [value](const JobLine &l) {
                    const auto figure = value(l.job);
                    return figure ? words::grouped(*figure) : QString();
                },
            .raw =
                [value](const JobLine &l) {
                    const auto figure = value(l.job);
                    return figure ? QString::number(*figure) : QString();
                }};
}

std::optional<std::int64_t> tokensOf(const Job &job)
{
    if (!job.actual)
        return std::nullopt;
    return job.actual->inputTokens + job.actual->outputTokens;
}

std::vector<Column<JobLine>> columns()
{
    return {
        {.info = {"state", Text::tr("State"), CellKind::Pill, {}, 124},
         .tooltip = [](const JobLine &l) { return l.job.error.isEmpty() ? l.job.reason : l.job.error; },
         .pill = [](const JobLine &l) { return lookOf(l.job.state); },
         .raw = [](const JobLine &l) { return toText(l.job.state); }},
        {.info = {"pubkey", Text::tr("Customer"), CellKind::Key, {}, 136},
         .text =
             [](const JobLine &l) {
                 return l.job.pubkey ? QString::fromLatin1(toNpub(*l.job.pubkey)) : Text::tr("anonymous");
             },
         .raw =
             [](const JobLine &l) {
                 return l.job.pubkey ? QString::fromLatin1(toNpub(*l.job.pubkey)) : QString();
             }},
        number("quoted_sats", Text::tr("Quoted"), 70,
               [](const Job &j) {
                   return j.quote ? std::optional(j.quote->sats.value()) : std::optional<std::int64_t>();
               }),
        number("actual_sats", Text::tr("Actual"), 70,
               [](const Job &j) {
                   return j.actual ? std::optional(j.actual->amount.value()) : std::optional<std::int64_t>();
               }),
        number("tokens", Text::tr("Tokens"), 72, tokensOf),
        {.info = {"free_tier", Text::tr("Free tier"), CellKind::Text, {}, 66},
         .text =
             [](const JobLine &l) {
                 return lookOfFreeTier(l.job.freeTier, l.job.workAmount.value_or(Sats(0))).word;
             },
         .raw = [](const JobLine &l) { return QString::number(l.job.freeTier ? 1 : 0); }},
        number(
            "absorbed_sats", Text::tr("Absorbed"), 76, [](const Job &j) { return j.absorbed.value(); },
            false),
        {.info = {"refund", Text::tr("Refund"), CellKind::Pill, {}, 104},
         .tooltip =
             [](const JobLine &l) {
                 return l.job.refundState ? words::amount(l.job.refundAmount) : QString();
             },
         .pill = [](const JobLine &l) { return l.job.refundState ? lookOf(*l.job.refundState) : PillLook(); },
         .raw = [](const JobLine &l) { return l.job.refundState ? toText(*l.job.refundState) : QString(); }},
        number(
            "refund_sats", Text::tr("Refund sats"), 80, [](const Job &j) { return j.refundAmount.value(); },
            false),
        {.info = {"margin_sats", Text::tr("Margin"), CellKind::Number, {}, 70},
         .text = [](const JobLine &l) { return l.margin ? signedFigure(l.margin->margin()) : QString(); },
         .raw =
             [](const JobLine &l) {
                 return l.margin ? QString::number(l.margin->margin().value()) : QString();
             }},
        {.info = {"created_at", Text::tr("Asked"), CellKind::Time, {}, 76},
         .time = [](const JobLine &l) { return std::optional(l.job.createdAt); }},
        {.info = {"finished_at", Text::tr("Finished"), CellKind::Time, {}, 80, false},
         .time = [](const JobLine &l) { return l.job.finishedAt; }},
        {.info = {"id", Text::tr("Job"), CellKind::Key, {}, 150, false},
         .text = [](const JobLine &l) { return l.job.id; }},
    };
}

bool isOpen(JobState state)
{
    return state == JobState::AwaitingEvalPayment || state == JobState::Evaluating ||
           state == JobState::AwaitingWorkPayment || state == JobState::Executing;
}

} // namespace

QString signedFigure(Sats sats)
{
    if (sats < Sats(0))
        return QChar(0x2212) + words::grouped(-sats.value());
    return (sats > Sats(0) ? QStringLiteral("+") : QString()) + words::grouped(sats.value());
}

JobLine lineOf(const Job &job, const Services &services)
{
    return {job, marginOf(job, services.pricing)};
}

bool matches(const JobFilter &filter, const Job &job)
{
    return (!filter.state || *filter.state == job.state) && (!filter.pubkey || filter.pubkey == job.pubkey) &&
           (!filter.open || isOpen(job.state));
}

JobModel *makeJobModel(Core &core, std::shared_ptr<JobFilter> filter, QObject *context)
{
    RowSource<JobLine> source{
        .key = [](const JobLine &l) { return l.job.id; },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        Page<Job> found = s.jobs.list(asked, page);
                        Page<JobLine> out;
                        for (const Job &job : found.items)
                            out.items.push_back(lineOf(job, s));
                        out.nextCursor = found.nextCursor;
                        out.total = found.total;
                        out.totalIsExact = found.totalIsExact;
                        return out;
                    },
                    std::move(done), std::move(failed));
            },
        .before =
            [](const JobLine &a, const JobLine &b) {
                return std::tie(a.job.createdAt, a.job.id) > std::tie(b.job.createdAt, b.job.id);
            },
    };
    return new JobModel(columns(), std::move(source), context);
}

} // namespace tower
