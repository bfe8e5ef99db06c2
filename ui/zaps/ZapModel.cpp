// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapModel.h"

#include "ui/zaps/ZapLooks.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::ZapModel)
};

std::vector<Column<Zap>> columns()
{
    return {
        {.info = {"created_at", Text::tr("When"), CellKind::Time, {}, 72},
         .time = [](const Zap &z) { return std::optional(z.createdAt); }},
        {.info = {"recipient", Text::tr("Recipient"), CellKind::Key, {}, 150},
         .text = [](const Zap &z) { return recipientText(z); }},
        {.info = {"lightning_address", Text::tr("Lightning address"), CellKind::Text, {}, 150, false},
         .text = [](const Zap &z) { return z.lightningAddress; }},
        {.info = {"amount_sats", Text::tr("Sats"), CellKind::Number, {}, 72},
         .text = [](const Zap &z) { return words::grouped(z.amount.value()); },
         .raw = [](const Zap &z) { return QString::number(z.amount.value()); }},
        {.info = {"state", Text::tr("State"), CellKind::Pill, {}, 104},
         .tooltip = [](const Zap &z) { return z.reason; },
         .pill = [](const Zap &z) { return lookOf(z.state); },
         .raw = [](const Zap &z) { return toText(z.state); }},
        {.info = {"reason", Text::tr("Reason"), CellKind::Text, {}, 220},
         .text = [](const Zap &z) { return z.reason; }},
        {.info = {"simulated", Text::tr("Simulated"), CellKind::Pill, {}, 100},
         .pill =
             [](const Zap &z) {
                 return z.simulated ? PillLook{Text::tr("simulated"), PillShape::Ring, Tone::Neutral}
                                    : PillLook();
             },
         .raw = [](const Zap &z) { return QString::number(z.simulated ? 1 : 0); }},
        {.info = {"job_id", Text::tr("Job"), CellKind::Key, {}, 110},
         .text = [](const Zap &z) { return z.jobId.isEmpty() ? Text::tr("by hand") : z.jobId; },
         .raw = [](const Zap &z) { return z.jobId; }},
        {.info = {"receipt", Text::tr("Receipt"), CellKind::Pill, {}, 90},
         .tooltip = [](const Zap &z) { return z.receiptEventId ? z.receiptEventId->text() : QString(); },
         .pill =
             [](const Zap &z) {
                 return z.receiptEventId ? PillLook{Text::tr("seen"), PillShape::Dot, Tone::Good}
                                         : PillLook();
             },
         .raw = [](const Zap &z) { return z.receiptEventId ? z.receiptEventId->text() : QString(); }},
        {.info = {"comment", Text::tr("Comment"), CellKind::Text, {}, 160, false},
         .text = [](const Zap &z) { return z.comment; }},
        {.info = {"settled_at", Text::tr("Ended"), CellKind::Time, {}, 76, false},
         .time = [](const Zap &z) { return z.settledAt; }},
        {.info = {"id", Text::tr("Zap"), CellKind::Key, {}, 140, false},
         .text = [](const Zap &z) { return z.id; }},
    };
}

} // namespace

bool matches(const ZapFilter &filter, const Zap &zap)
{
    return (!filter.state || *filter.state == zap.state) &&
           (!filter.recipient || filter.recipient == zap.recipient);
}

ZapModel *makeZapModel(Core &core, std::shared_ptr<ZapFilter> filter, QObject *context)
{
    RowSource<Zap> source{
        .key = [](const Zap &z) { return z.id; },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.zaps.list(asked, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before = [](const Zap &a,
                     const Zap &b) { return std::tie(a.createdAt, a.id) > std::tie(b.createdAt, b.id); },
    };
    return new ZapModel(columns(), std::move(source), context);
}

} // namespace tower
