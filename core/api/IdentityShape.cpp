// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/IdentityShape.h"

#include "core/api/Shapes.h"
#include "core/nostr/Nip19.h"

namespace tower {

namespace {

QJsonArray edges(const std::vector<VouchEdge> &list)
{
    QJsonArray out;
    for (const VouchEdge &edge : list) {
        QJsonObject item = IdentityShape::vouch(edge.vouch);
        item.insert(QStringLiteral("other"),
                    QJsonObject{{QStringLiteral("pubkey"), edge.other.pubkey.text()},
                                {QStringLiteral("npub"), QString::fromLatin1(toNpub(edge.other.pubkey))},
                                {QStringLiteral("tier"), toText(edge.other.tier)},
                                {QStringLiteral("score"), jsonNumber(edge.other.score)},
                                {QStringLiteral("relayAccess"), toText(edge.otherAccess)}});
        out.append(item);
    }
    return out;
}

} // namespace

QJsonObject IdentityShape::own(const Identity &identity)
{
    QJsonObject out = full(identity);
    out.remove(QStringLiteral("note"));
    out.remove(QStringLiteral("decayDue"));
    return out;
}

QJsonObject IdentityShape::full(const Identity &identity)
{
    QJsonObject out = toJson(identity);
    out.insert(QStringLiteral("dailyBudget"), jsonNumber(dailyBudget(identity.tier, m_settings)));
    out.insert(QStringLiteral("relayAccess"), toText(m_accounts.getAccess(identity.pubkey)));
    out.insert(QStringLiteral("vouchesGiven"), jsonNumber(m_vouches.countGiven(identity.pubkey)));
    out.insert(QStringLiteral("vouchesReceived"), jsonNumber(m_vouches.countReceived(identity.pubkey)));
    return out;
}

QJsonObject IdentityShape::trust(const Identity &identity)
{
    return {{QStringLiteral("tier"), toText(identity.tier)},
            {QStringLiteral("score"), jsonNumber(identity.score)},
            {QStringLiteral("interactionCount"), jsonNumber(identity.interactionCount)},
            {QStringLiteral("memberSince"), toIso(identity.createdAt)}};
}

QJsonObject IdentityShape::vouch(const Vouch &vouch)
{
    return {{QStringLiteral("id"), vouch.id},
            {QStringLiteral("voucherPubkey"), vouch.voucher.text()},
            {QStringLiteral("voucheePubkey"), vouch.vouchee.text()},
            {QStringLiteral("eventId"), vouch.event.text()},
            {QStringLiteral("boost"), jsonNumber(vouch.boost)},
            {QStringLiteral("createdAt"), toIso(vouch.createdAt)},
            {QStringLiteral("revokedAt"), isoOrNull(vouch.revokedAt)},
            {QStringLiteral("revokedBy"), textOrNull(vouch.revokedBy)},
            {QStringLiteral("revokeReason"), textOrNull(vouch.revokeReason)}};
}

QJsonObject IdentityShape::graph(const VouchGraph &graph)
{
    return {{QStringLiteral("given"), edges(graph.given)},
            {QStringLiteral("received"), edges(graph.received)}};
}

} // namespace tower
