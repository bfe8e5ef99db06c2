// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodeModel.h"

#include "core/nostr/Nip19.h"
#include "ui/nodes/NodeLooks.h"
#include "ui/widgets/MoneyLooks.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::NodeModel)
};

QString npubOf(const BootstrapJob &job)
{
    return job.pubkey ? QString::fromLatin1(toNpub(*job.pubkey)) : QString();
}

std::vector<Column<BootstrapJob>> columns()
{
    using Job = BootstrapJob;
    return {
        {.info = {"id", Text::tr("Node"), CellKind::Key, {}, 92},
         .text = [](const Job &j) { return words::shortened(j.id, 8, 0); },
         .raw = [](const Job &j) { return j.id; }},
        {.info = {"state", Text::tr("State"), CellKind::Pill, {}, 130},
         .tooltip = [](const Job &j) { return j.error; },
         .pill = [](const Job &j) { return lookOf(j); },
         .raw = [](const Job &j) { return toText(j.state); }},
        {.info = {"stage", Text::tr("Stage"), CellKind::Text, {}, 72},
         .text = [](const Job &j) { return stageWordOf(j); },
         .raw = [](const Job &j) { return j.stage ? toText(*j.stage) : QString(); }},
        {.info = {"pubkey", Text::tr("Customer"), CellKind::Key, {}, 110},
         .text = [](const Job &j) { return j.pubkey ? npubOf(j) : QStringLiteral("–"); },
         .raw = npubOf},
        {.info = {"amount_sats", Text::tr("Price"), CellKind::Number, {}, 66},
         .text = [](const Job &j) { return words::grouped(j.amount.value()); },
         .raw = [](const Job &j) { return QString::number(j.amount.value()); }},
        {.info = {"region", Text::tr("Region"), CellKind::Text, {}, 58},
         .text = [](const Job &j) { return j.spec.region; }},
        {.info = {"size", Text::tr("Size"), CellKind::Text, {}, 106},
         .text = [](const Job &j) { return j.spec.size; }},
        {.info = {"monthly_cents", Text::tr("USD a month"), CellKind::Number, {}, 92},
         .text = [](const Job &j) { return j.monthlyCents == 0 ? QString() : figureOf(j.monthlyCents); },
         .raw = [](const Job &j) { return QString::number(j.monthlyCents); }},
        {.info = {"created_at", Text::tr("Age"), CellKind::Time, {}, 62},
         .time = [](const Job &j) { return std::optional(j.createdAt); }},
        {.info = {"ready_at", Text::tr("Ready since"), CellKind::Time, {}, 80},
         .time = [](const Job &j) { return j.readyAt; }},
        {.info = {"refund", Text::tr("Refund"), CellKind::Pill, {}, 92, false},
         .tooltip = [](const Job &j) { return j.refundState ? words::amount(j.refundAmount) : QString(); },
         .pill = [](const Job &j) { return j.refundState ? lookOf(*j.refundState) : PillLook(); },
         .raw = [](const Job &j) { return j.refundState ? toText(*j.refundState) : QString(); }},
        {.info = {"refund_sats", Text::tr("Refund sats"), CellKind::Number, {}, 80, false},
         .text = [](const Job &j) { return words::grouped(j.refundAmount.value()); },
         .raw = [](const Job &j) { return QString::number(j.refundAmount.value()); }},
        {.info = {"ip", Text::tr("Address"), CellKind::Key, {}, 110, false},
         .text = [](const Job &j) { return j.nodeIp; }},
        {.info = {"cloud", Text::tr("Cloud"), CellKind::Text, {}, 80, false},
         .text = [](const Job &j) { return j.spec.simulated ? Text::tr("simulated") : Text::tr("real"); },
         .raw =
             [](const Job &j) {
                 return j.spec.simulated ? QStringLiteral("simulated") : QStringLiteral("real");
             }},
    };
}

} // namespace

bool matches(const BootstrapFilter &filter, const BootstrapJob &job)
{
    return (!filter.state || *filter.state == job.state) && (!filter.pubkey || filter.pubkey == job.pubkey);
}

NodeModel *makeNodeModel(Core &core, std::shared_ptr<BootstrapFilter> filter, QObject *context)
{
    RowSource<BootstrapJob> source{
        .key = [](const BootstrapJob &j) { return j.id; },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.bootstrap.list(asked, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before =
            [](const BootstrapJob &a, const BootstrapJob &b) {
                return std::tie(a.createdAt, a.id) > std::tie(b.createdAt, b.id);
            },
    };
    return new NodeModel(columns(), std::move(source), context);
}

} // namespace tower
