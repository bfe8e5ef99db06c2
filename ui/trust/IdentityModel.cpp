// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trust/IdentityModel.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Looks.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::IdentityModel)
};

Column<Identity> number(const QString &id, const QString &title, const QString &sortKey, int width,
                        std::function<std::int64_t(const Identity &)> value)
{
    return {.info = {id, title, CellKind::Number, sortKey, width},
            .text = [value](const Identity &i) { return words::grouped(value(i)); },
            .raw = [value](const Identity &i) { return QString::number(value(i)); }};
}

std::vector<Column<Identity>> identityColumns()
{
    return {
        {.info = {"pubkey", Text::tr("Identity"), CellKind::Key, "key", 160},
         .text = [](const Identity &i) { return QString::fromLatin1(toNpub(i.pubkey)); }},
        {.info = {"tier", Text::tr("Tier"), CellKind::Pill, {}, 110},
         .pill = [](const Identity &i) { return lookOf(i.tier); },
         .raw = [](const Identity &i) { return toText(i.tier); }},
        number("score", Text::tr("Score"), "score", 76, [](const Identity &i) { return i.score; }),
        {.info = {"decay_due", Text::tr("Decay"), CellKind::Number, {}, 80},
         .text =
             [](const Identity &i) {
                 const std::int64_t due = i.storedScore - i.score;
                 return due == 0 ? QString() : QChar(0x2212) + words::grouped(due);
             },
         .raw = [](const Identity &i) { return QString::number(i.storedScore - i.score); }},
        number("interactions", Text::tr("Jobs"), {}, 64,
               [](const Identity &i) { return i.interactionCount; }),
        number("sats_absorbed_today", Text::tr("Sats"), {}, 88,
               [](const Identity &i) { return i.satsAbsorbedToday.value(); }),
        {.info = {"last_seen", Text::tr("Seen"), CellKind::Time, "seen", 90},
         .time = [](const Identity &i) { return std::optional(i.lastSeen); }},
        {.info = {"created_at", Text::tr("Member since"), CellKind::Time, "created", 100, false},
         .time = [](const Identity &i) { return std::optional(i.createdAt); }},
        {.info = {"lightning_address", Text::tr("Lightning address"), CellKind::Text, {}, 150, false},
         .text = [](const Identity &i) { return i.lightningAddress; }},
        {.info = {"note", Text::tr("Note"), CellKind::Text, {}, 200},
         .text = [](const Identity &i) { return i.note; }},
    };
}

bool comesBefore(const IdentityFilter &filter, const Identity &a, const Identity &b)
{
    const auto ordered = [&filter](const auto &x, const auto &y) {
        return filter.descending ? y < x : x < y;
    };
    switch (filter.sort) {
    case IdentityFilter::Sort::Score:
        return ordered(a.storedScore, b.storedScore);
    case IdentityFilter::Sort::LastSeen:
        return ordered(a.lastSeen, b.lastSeen);
    case IdentityFilter::Sort::Created:
        return ordered(a.createdAt, b.createdAt);
    case IdentityFilter::Sort::Key:
        return ordered(a.pubkey, b.pubkey);
    }
    return false;
}

QString wordOfChange(const QString &why)
{
    if (why == QLatin1String("success"))
        return Text::tr("success");
    if (why == QLatin1String("failure"))
        return Text::tr("failure");
    if (why == QLatin1String("decay"))
        return Text::tr("decay");
    if (why == QLatin1String("vouch"))
        return Text::tr("vouched for");
    if (why == QLatin1String("vouch-revoked"))
        return Text::tr("vouch revoked");
    if (why == QLatin1String("adjust"))
        return Text::tr("set by hand");
    return why;
}

std::vector<Column<ScoreChange>> historyColumns()
{
    return {
        {.info = {"at", Text::tr("When"), CellKind::Time, {}, 70},
         .time = [](const ScoreChange &c) { return std::optional(c.at); }},
        {.info = {"why", Text::tr("Why"), CellKind::Text, {}, 96},
         .text = [](const ScoreChange &c) { return wordOfChange(c.why); },
         .raw = [](const ScoreChange &c) { return c.why; }},
        {.info = {"from", Text::tr("From"), CellKind::Number, {}, 60},
         .text = [](const ScoreChange &c) { return words::grouped(c.from); },
         .raw = [](const ScoreChange &c) { return QString::number(c.from); }},
        {.info = {"to", Text::tr("To"), CellKind::Number, {}, 60},
         .text = [](const ScoreChange &c) { return words::grouped(c.to); },
         .raw = [](const ScoreChange &c) { return QString::number(c.to); }},
        {.info = {"ref", Text::tr("Of"), CellKind::Text, {}, 90, false},
         .text = [](const ScoreChange &c) { return c.ref; }},
        {.info = {"detail", Text::tr("Reason"), CellKind::Text, {}, 120},
         .text = [](const ScoreChange &c) { return c.detail.isEmpty() ? c.ref : c.detail; },
         .raw = [](const ScoreChange &c) { return c.detail; }},
    };
}

} // namespace

IdentityFilter::Sort identitySort(const QString &sortKey)
{
    if (sortKey == QLatin1String("key"))
        return IdentityFilter::Sort::Key;
    if (sortKey == QLatin1String("seen"))
        return IdentityFilter::Sort::LastSeen;
    if (sortKey == QLatin1String("created"))
        return IdentityFilter::Sort::Created;
    return IdentityFilter::Sort::Score;
}

IdentityModel *makeIdentityModel(Core &core, std::shared_ptr<IdentityFilter> filter, QObject *context)
{
    RowSource<Identity> source{
        .key = [](const Identity &i) { return i.pubkey.text(); },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.identities.list(asked, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before = [filter](const Identity &a, const Identity &b) { return comesBefore(*filter, a, b); },
    };
    return new IdentityModel(identityColumns(), std::move(source), context);
}

HistoryModel *makeHistoryModel(Core &core, const PubKey &key, QObject *context)
{
    RowSource<ScoreChange> source{
        .key = [](const ScoreChange &c) { return QString::number(c.id); },
        .fetch =
            [&core, key, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [key, page = PageRequest{limit, cursor}](Services &s) {
                        return s.identities.history(key, page);
                    },
                    std::move(done), std::move(failed));
            },
    };
    return new HistoryModel(historyColumns(), std::move(source), context);
}

} // namespace tower
