// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trust/VouchStore.h"

namespace tower {

namespace {

Vouch fromRow(const Row &row)
{
    return {row.text("id"),
            row.pubKey("voucher_pubkey"),
            row.pubKey("vouchee_pubkey"),
            row.eventId("event_id"),
            row.integer("boost"),
            row.millis("created_at"),
            row.optionalMillis("revoked_at"),
            row.text("revoked_by"),
            row.text("revoke_reason")};
}

std::string select(std::string_view rest)
{
    return R"sql(
        SELECT id, voucher_pubkey, vouchee_pubkey, event_id, boost, created_at, revoked_at, revoked_by, revoke_reason
        FROM nostr_trust_vouches )sql" +
           std::string(rest);
}

} // namespace

bool VouchStore::insert(const Vouch &vouch)
{
    return m_database.execute(
               R"sql(
        INSERT INTO nostr_trust_vouches (id, voucher_pubkey, vouchee_pubkey, event_id, boost, created_at)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING)sql",
               {vouch.id, vouch.voucher, vouch.vouchee, vouch.event, vouch.boost, vouch.createdAt}) == 1;
}

std::optional<Vouch> VouchStore::find(const QString &id)
{
    static const std::string sql = select("WHERE id = ?");
    return m_database.one(sql, {id}, fromRow);
}

std::optional<Vouch> VouchStore::findPair(const PubKey &voucher, const PubKey &vouchee)
{
    static const std::string sql = select("WHERE voucher_pubkey = ? AND vouchee_pubkey = ?");
    return m_database.one(sql, {voucher, vouchee}, fromRow);
}

std::optional<Vouch> VouchStore::findEvent(const EventId &event)
{
    static const std::string sql = select("WHERE event_id = ?");
    return m_database.one(sql, {event}, fromRow);
}

bool VouchStore::revoke(const QString &id, Millis now, const QString &actor, const QString &reason)
{
    return m_database.execute(R"sql(
        UPDATE nostr_trust_vouches SET revoked_at = ?, revoked_by = ?, revoke_reason = ?
        WHERE id = ? AND revoked_at IS NULL)sql",
                              {now, actor, reason, id}) == 1;
}

std::vector<Vouch> VouchStore::given(const PubKey &voucher, int limit)
{
    static const std::string sql =
        select("WHERE voucher_pubkey = ? ORDER BY created_at DESC, id DESC LIMIT ?");
    return m_database.all(sql, {voucher, limit}, fromRow);
}

std::vector<Vouch> VouchStore::received(const PubKey &vouchee, int limit)
{
    static const std::string sql =
        select("WHERE vouchee_pubkey = ? ORDER BY created_at DESC, id DESC LIMIT ?");
    return m_database.all(sql, {vouchee, limit}, fromRow);
}

std::int64_t VouchStore::countGiven(const PubKey &voucher)
{
    return m_database.number(
        "SELECT COUNT(*) AS n FROM nostr_trust_vouches WHERE voucher_pubkey = ? AND revoked_at IS NULL",
        {voucher});
}

std::int64_t VouchStore::countReceived(const PubKey &vouchee)
{
    return m_database.number(
        "SELECT COUNT(*) AS n FROM nostr_trust_vouches WHERE vouchee_pubkey = ? AND revoked_at IS NULL",
        {vouchee});
}

} // namespace tower
