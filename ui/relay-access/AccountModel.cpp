// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/AccountModel.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Looks.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::AccountModel)
};

std::vector<Column<RelayAccount>> columns()
{
    return {
        {.info = {"pubkey", Text::tr("Account"), CellKind::Key, "key", 160},
         .text = [](const RelayAccount &a) { return QString::fromLatin1(toNpub(a.pubkey)); }},
        {.info = {"level", Text::tr("Access"), CellKind::Pill, "level", 84},
         .pill = [](const RelayAccount &a) { return lookOf(a.level); },
         .raw = [](const RelayAccount &a) { return toText(a.level); }},
        {.info = {"tier", Text::tr("Tier"), CellKind::Pill, {}, 110},
         .pill = [](const RelayAccount &a) { return lookOf(a.tier); },
         .raw = [](const RelayAccount &a) { return toText(a.tier); }},
        {.info = {"score", Text::tr("Score"), CellKind::Number, {}, 64},
         .text = [](const RelayAccount &a) { return words::grouped(a.score); },
         .raw = [](const RelayAccount &a) { return QString::number(a.score); }},
        {.info = {"granted_by", Text::tr("How"), CellKind::Text, {}, 80},
         .text = [](const RelayAccount &a) { return wordOf(a.grantedBy); },
         .raw = [](const RelayAccount &a) { return toText(a.grantedBy); }},
        {.info = {"actor", Text::tr("By"), CellKind::Text, {}, 112},
         .text = [](const RelayAccount &a) { return words::shortened(a.actor, 12, 6); },
         .raw = [](const RelayAccount &a) { return a.actor; }},
        {.info = {"granted_at", Text::tr("When"), CellKind::Time, "granted", 100},
         .time = [](const RelayAccount &a) { return std::optional(a.revokedAt.value_or(a.grantedAt)); }},
        {.info = {"expires_at", Text::tr("Until"), CellKind::Time, "expires", 100},
         .time = [](const RelayAccount &a) { return a.expiresAt; }},
        {.info = {"notes", Text::tr("Notes"), CellKind::Text, {}, 200},
         .text = [](const RelayAccount &a) { return a.notes; }},
    };
}

/// The services' order, for finding a new row's place. Ties may differ from the service's: a refresh settles
/// them.
bool comesBefore(const RelayAccountFilter &filter, const RelayAccount &a, const RelayAccount &b)
{
    const auto ordered = [&filter](const auto &x, const auto &y) {
        return filter.descending ? y < x : x < y;
    };
    switch (filter.sort) {
    case RelayAccountFilter::Sort::GrantedAt:
        return ordered(a.grantedAt, b.grantedAt);
    case RelayAccountFilter::Sort::Key:
        return ordered(a.pubkey, b.pubkey);
    case RelayAccountFilter::Sort::Level:
        return ordered(a.level, b.level);
    case RelayAccountFilter::Sort::ExpiresAt:
        return ordered(a.expiresAt.value_or(Millis()), b.expiresAt.value_or(Millis()));
    }
    return false;
}

} // namespace

RelayAccountFilter::Sort accountSort(const QString &sortKey)
{
    if (sortKey == QLatin1String("key"))
        return RelayAccountFilter::Sort::Key;
    if (sortKey == QLatin1String("level"))
        return RelayAccountFilter::Sort::Level;
    if (sortKey == QLatin1String("expires"))
        return RelayAccountFilter::Sort::ExpiresAt;
    return RelayAccountFilter::Sort::GrantedAt;
}

AccountModel *makeAccountModel(Core &core, std::shared_ptr<RelayAccountFilter> filter, QObject *context)
{
    RowSource<RelayAccount> source{
        .key = [](const RelayAccount &a) { return a.pubkey.text(); },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.relayAccounts.list(asked, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before = [filter](const RelayAccount &a,
                           const RelayAccount &b) { return comesBefore(*filter, a, b); },
    };
    return new AccountModel(columns(), std::move(source), context);
}

} // namespace tower
