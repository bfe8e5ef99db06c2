// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pool/GrantModel.h"

#include "core/nostr/Nip19.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::GrantModel)
};

Column<FreeTierGrant> amount(const QString &id, const QString &title, Sats FreeTierGrant::*value)
{
    return {.info = {id, title, CellKind::Number, {}, 96},
            .text = [value](const FreeTierGrant &g) { return words::grouped((g.*value).value()); },
            .raw = [value](const FreeTierGrant &g) { return QString::number((g.*value).value()); }};
}

std::vector<Column<FreeTierGrant>> columns()
{
    return {
        {.info = {"at", Text::tr("When"), CellKind::Time, {}, 76},
         .time = [](const FreeTierGrant &g) { return std::optional(g.at); }},
        {.info = {"pubkey", Text::tr("Identity"), CellKind::Key, {}, 170},
         .text = [](const FreeTierGrant &g) { return QString::fromLatin1(toNpub(g.pubkey)); }},
        amount("sats", Text::tr("Sats"), &FreeTierGrant::sats),
        {.info = {"ref", Text::tr("For"), CellKind::Key, {}, 170},
         .text = [](const FreeTierGrant &g) { return g.ref; }},
        amount("pool_before", Text::tr("Pool before"), &FreeTierGrant::poolBefore),
        amount("pool_after", Text::tr("Pool after"), &FreeTierGrant::poolAfter),
        {.info = {"request_hash", Text::tr("Request (SHA-256)"), CellKind::Key, {}, 150, false},
         .text = [](const FreeTierGrant &g) { return g.requestHash; }},
    };
}

} // namespace

GrantModel *makeGrantModel(Core &core, std::shared_ptr<GrantFilter> filter, QObject *context)
{
    RowSource<FreeTierGrant> source{
        .key = [](const FreeTierGrant &g) { return g.id; },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.pool.grants(asked, page);
                    },
                    std::move(done), std::move(failed));
            },
    };
    return new GrantModel(columns(), std::move(source), context);
}

} // namespace tower
