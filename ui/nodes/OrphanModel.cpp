// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/OrphanModel.h"

#include "ui/nodes/NodeLooks.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::OrphanModel)
};

std::vector<Column<Orphan>> columns()
{
    return {
        {.info = {"kind", Text::tr("Kind"), CellKind::Text, {}, 84},
         .text = [](const Orphan &o) { return wordOf(o.thing.kind); },
         .raw = [](const Orphan &o) { return toText(o.thing.kind); }},
        {.info = {"name", Text::tr("Name"), CellKind::Key, {}, 160},
         .text = [](const Orphan &o) { return o.thing.name; }},
        {.info = {"provider_id", Text::tr("Id"), CellKind::Key, {}, 110},
         .text = [](const Orphan &o) { return o.thing.id; }},
        {.info = {"description", Text::tr("What"), CellKind::Text, {}, 130},
         .text = [](const Orphan &o) { return o.thing.description; }},
        {.info = {"node", Text::tr("Node"), CellKind::Key, {}, 92},
         .text =
             [](const Orphan &o) {
                 return o.jobId.isEmpty() ? QStringLiteral("–") : words::shortened(o.jobId, 8, 0);
             },
         .raw = [](const Orphan &o) { return o.jobId; }},
        {.info = {"reason", Text::tr("Why"), CellKind::Text, {}, 240},
         .text = [](const Orphan &o) { return o.reason; }},
        {.info = {"created_at", Text::tr("Made"), CellKind::Time, {}, 72},
         .time = [](const Orphan &o) { return std::optional(o.thing.createdAt); }},
        {.info = {"monthly_cents", Text::tr("USD a month"), CellKind::Number, {}, 90},
         .text = [](const Orphan &o) { return figureOf(o.thing.monthlyCents); },
         .raw = [](const Orphan &o) { return QString::number(o.thing.monthlyCents); }},
    };
}

} // namespace

OrphanModel *makeOrphanModel(Core &core, std::function<void(const SweepReport &)> seen, QObject *context)
{
    RowSource<Orphan> source{
        .key = [](const Orphan &o) { return toText(o.thing.kind) + QLatin1Char(':') + o.thing.id; },
        .fetch =
            [&core, seen = std::move(seen), context](const QString &, int, auto done, auto failed) {
                core.run(
                    context, [](Services &s) { return s.nodeSweep.report(); },
                    [seen, done = std::move(done)](const SweepReport &report) {
                        seen(report);
                        Page<Orphan> page;
                        page.items = report.orphans;
                        page.total = static_cast<std::int64_t>(report.orphans.size());
                        done(std::move(page));
                    },
                    std::move(failed));
            },
    };
    return new OrphanModel(columns(), std::move(source), context);
}

QCoro::Task<Removal> removeOrphans(NodeSweep &sweep, std::vector<CloudThing> things, QString actor)
{
    const QPointer<NodeSweep> alive(&sweep);
    Removal out;
    for (const CloudThing &thing : things) {
        if (!alive)
            break;
        try {
            QCoro::Task<SweepReport> removing = alive->remove(thing.kind, thing.id, actor);
            co_await removing;
            ++out.removed;
        } catch (const ServiceError &error) {
            out.problem = error.message();
            break;
        }
    }
    co_return out;
}

} // namespace tower
