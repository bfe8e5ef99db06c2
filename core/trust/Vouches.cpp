// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trust/Vouches.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"
#include "core/trust/VouchStore.h"

#include <QUuid>

#include <algorithm>
#include <cstdlib>

namespace tower {

namespace {

constexpr qsizetype maximumReason = 1'000;

ServiceError badEvent(const QByteArray &field, const QString &message)
{
    return badRequest(field, message, "invalid_vouch_event");
}

bool names(const Event &event, const PubKey &key)
{
    const QByteArray hex = key.hex();
    return std::any_of(event.tags.begin(), event.tags.end(), [&hex](const std::vector<QByteArray> &tag) {
        return tag.size() >= 2 && tag[0] == "p" && tag[1] == hex;
    });
}

QString refOf(const Vouch &vouch)
{
    return QStringLiteral("vouch:") + vouch.id;
}

QJsonObject scoreJson(std::int64_t score, Tier tier)
{
    return {{QStringLiteral("score"), jsonNumber(score)}, {QStringLiteral("tier"), toText(tier)}};
}

} // namespace

Vouches::Vouches(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
                 RelayAccounts &relayAccounts, Trust &trust, Activity &activity)
    : m_store(std::make_unique<VouchStore>(database))
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_identities(identities)
    , m_relayAccounts(relayAccounts)
    , m_trust(trust)
    , m_activity(activity)
{
}

Vouches::~Vouches() = default;

void Vouches::requireElite(const PubKey &voucher)
{
    const auto identity = m_identities.find(voucher);
    if (!identity || identity->tier != Tier::Elite)
        throw forbidden(QStringLiteral("Only elite identities can vouch for others."), "elite_required");
}

Vouches::Outcome Vouches::vouch(const PubKey &voucher, const PubKey &vouchee, const EventParse &parsed)
{
    requireElite(voucher);
    if (voucher == vouchee)
        throw badRequest("voucheePubkey", QStringLiteral("Nobody can vouch for themselves."), "self_vouch");
    const Event &event = requireEvent(parsed, voucher, vouchee);

    Vouch made;
    made.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    made.voucher = voucher;
    made.vouchee = vouchee;
    made.event = event.id;
    made.boost = m_settings.integer(Setting::VouchTrustBoost);
    made.createdAt = m_clock.now();

    {
        Transaction transaction(m_database);
        // Both rows, in the order of the keys: two who vouch for each other must not lock crosswise.
        const auto [first, second] = std::minmax(voucher, vouchee);
        m_trust.ensure(transaction, first);
        m_trust.ensure(transaction, second);
        requireElite(voucher); // again, now that nobody can change it
        if (m_store->insert(made)) {
            const Identities::ScoreResult result =
                m_trust.change(transaction, vouchee, QStringLiteral("vouch"), refOf(made),
                               QStringLiteral("vouched for by %1").arg(voucher.text()),
                               [boost = made.boost](std::int64_t score) { return score + boost; });
            m_activity.record(transaction,
                              {QStringLiteral("identity:") + voucher.text(), QStringLiteral("vouch.add"),
                               vouchee.text(), refOf(made), scoreJson(result.from, result.tierBefore),
                               scoreJson(result.to, result.tier)});
            transaction.changed("vouch", made.id);
            transaction.commit();
            return {made, *m_identities.find(vouchee), false};
        }
        // Left uncommitted: a repeat changes nothing, not even by creating its vouchee.
    }
    return existing(voucher, vouchee, event.id);
}

const Event &Vouches::requireEvent(const EventParse &parsed, const PubKey &voucher,
                                   const PubKey &vouchee) const
{
    if (!parsed.event) {
        throw badEvent(parsed.field.isEmpty() ? QByteArrayLiteral("event") : parsed.field,
                       QStringLiteral("The event is malformed: %1.").arg(QString::fromUtf8(parsed.problem)));
    }
    const Event &event = *parsed.event;
    if (const QByteArray problem = checkEvent(event); !problem.isEmpty())
        throw badEvent("event",
                       QStringLiteral("The event is not valid: %1.").arg(QString::fromUtf8(problem)));
    if (event.pubkey != voucher)
        throw badEvent("pubkey", QStringLiteral("The event is not signed by the identity of the token."));
    if (!event.isRegular())
        throw badEvent("kind",
                       QStringLiteral("The event's kind must be 1 or another regular kind (NIP-01)."));
    if (std::llabs(event.createdAt - m_clock.now().value() / 1000) > createdAtSlackSecs)
        throw badEvent("created_at",
                       QStringLiteral("The event's created_at is more than a day from the time here."));
    if (!names(event, vouchee))
        throw badEvent("tags", QStringLiteral("The event has no p tag with the key of the one vouched for."));
    return event;
}

Vouches::Outcome Vouches::existing(const PubKey &voucher, const PubKey &vouchee, const EventId &event)
{
    auto found = m_store->findPair(voucher, vouchee);
    if (!found)
        found = m_store->findEvent(event);
    const auto identity = found ? m_identities.find(found->vouchee) : std::nullopt;
    if (!identity)
        throw internalError(QStringLiteral("A vouch conflicts with one that is not there."));
    return {*found, *identity, true};
}

Vouch Vouches::revoke(const QString &id, const QString &reason, const QString &actor)
{
    if (reason.size() > maximumReason)
        throw badRequest("reason", QStringLiteral("The reason is longer than 1,000 characters."));
    const bool isId = QUuid::fromString(id).toString(QUuid::WithoutBraces) == id;
    const auto vouch = isId ? m_store->find(id) : std::nullopt;
    if (!vouch)
        throw notFound(QStringLiteral("No vouch has this id."), "vouch_not_found");

    Transaction transaction(m_database);
    m_identities.ensure(transaction, vouch->vouchee); // identities are locked first
    if (!m_store->revoke(id, m_clock.now(), actor, reason))
        return *m_store->find(id);
    const Identities::ScoreResult result =
        m_trust.change(transaction, vouch->vouchee, QStringLiteral("vouch-revoked"), refOf(*vouch), reason,
                       [boost = vouch->boost](std::int64_t score) { return score - boost; });
    m_activity.record(transaction,
                      {actor, QStringLiteral("vouch.revoke"), vouch->vouchee.text(), reason,
                       scoreJson(result.from, result.tierBefore), scoreJson(result.to, result.tier)});
    transaction.changed("vouch", id);
    transaction.commit();
    return *m_store->find(id);
}

VouchGraph Vouches::of(const PubKey &key)
{
    VouchGraph graph;
    for (const Vouch &vouch : m_store->given(key, graphLimit))
        graph.given.push_back(edge(vouch, vouch.vouchee));
    for (const Vouch &vouch : m_store->received(key, graphLimit))
        graph.received.push_back(edge(vouch, vouch.voucher));
    return graph;
}

VouchEdge Vouches::edge(const Vouch &vouch, const PubKey &other)
{
    return {vouch, m_identities.find(other).value_or(Identity{}), m_relayAccounts.getAccess(other)};
}

std::int64_t Vouches::countGiven(const PubKey &key)
{
    return m_store->countGiven(key);
}

std::int64_t Vouches::countReceived(const PubKey &key)
{
    return m_store->countReceived(key);
}

} // namespace tower
