// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What changes a node's row: its order, whose turn it is, and what a run writes.
#include "core/nodes/BootstrapStore.h"

namespace tower {

bool BootstrapStore::paid(Transaction &transaction, const QString &id, Millis now)
{
    const bool moved = transaction.database().execute(R"sql(
        UPDATE bootstrap_jobs
        SET state = 'provisioning', paid_at = ?, updated_at = ?, owner = NULL, lease_until = 0, attempts = 0
        WHERE id = ? AND state = 'awaiting_payment')sql",
                                                      {now, now, id}) == 1;
    if (moved)
        transaction.changed("node", id);
    return moved;
}

bool BootstrapStore::lapse(Transaction &transaction, const QString &id, const QString &error, Millis now)
{
    const bool moved = transaction.database().execute(R"sql(
        UPDATE bootstrap_jobs SET state = 'failed', error_message = ?, failed_at = ?, updated_at = ?
        WHERE id = ? AND state = 'awaiting_payment')sql",
                                                      {error, now, now, id}) == 1;
    if (moved)
        transaction.changed("node", id);
    return moved;
}

void BootstrapStore::setRefund(Transaction &transaction, const QString &id, Sats amount, RefundState state,
                               Millis now)
{
    transaction.database().execute(
        "UPDATE bootstrap_jobs SET refund_amount_sats = ?, refund_state = ?, updated_at = ? WHERE id = ?",
        {amount, toText(state), now, id});
    transaction.changed("node", id);
}

std::optional<NodeRun> BootstrapStore::claim(Millis now, Millis leaseUntil)
{
    constexpr auto longestWaiting =
        "SELECT id, attempts FROM bootstrap_jobs WHERE lease_until <= ? ORDER BY lease_until LIMIT 1";
    const auto map = [](const Row &row) {
        return NodeRun{row.text("id"), static_cast<int>(row.integer("attempts"))};
    };
    for (;;) {
        const std::optional<NodeRun> due = m_database.one(longestWaiting, {now}, map);
        if (!due)
            return std::nullopt;
        const bool ours = m_database.execute(R"sql(
            UPDATE bootstrap_jobs SET owner = ?, lease_until = ?, attempts = attempts + 1
            WHERE id = ? AND attempts = ? AND lease_until <= ?)sql",
                                             {m_owner, leaseUntil, due->id, due->attempt, now}) == 1;
        if (ours)
            return NodeRun{due->id, due->attempt + 1};
    }
}

void BootstrapStore::recover()
{
    m_database.execute(R"sql(
        UPDATE bootstrap_jobs SET owner = NULL, lease_until = 0
        WHERE lease_until IS NOT NULL AND owner = ?)sql",
                       {m_owner});
}

bool BootstrapStore::renew(const NodeRun &run, Millis leaseUntil)
{
    return m_database.execute(R"sql(
        UPDATE bootstrap_jobs SET lease_until = ?
        WHERE id = ? AND owner = ? AND attempts = ? AND lease_until IS NOT NULL)sql",
                              {leaseUntil, run.id, m_owner, run.attempt}) == 1;
}

void BootstrapStore::putOff(const NodeRun &run, Millis at)
{
    m_database.execute(R"sql(
        UPDATE bootstrap_jobs SET owner = NULL, lease_until = ?
        WHERE id = ? AND owner = ? AND attempts = ? AND lease_until IS NOT NULL)sql",
                       {at, run.id, m_owner, run.attempt});
}

void BootstrapStore::rest(const NodeRun &run)
{
    Transaction transaction(m_database);
    const bool done = m_database.execute(R"sql(
        UPDATE bootstrap_jobs SET owner = NULL, lease_until = NULL
        WHERE id = ? AND owner = ? AND attempts = ?)sql",
                                         {run.id, m_owner, run.attempt}) == 1;
    if (done)
        transaction.changed("node", run.id);
    transaction.commit();
}

/// What somebody is at stays with him: that it is tried now is what he does.
bool BootstrapStore::wake(const QString &id, Millis now)
{
    return m_database.execute(R"sql(
        UPDATE bootstrap_jobs SET lease_until = CASE WHEN owner IS NULL THEN ? ELSE lease_until END
        WHERE id = ? AND lease_until IS NOT NULL)sql",
                              {now, id}) == 1;
}

bool BootstrapStore::takeOver(Transaction &transaction, const QString &id, Millis now)
{
    return transaction.database().execute(R"sql(
        UPDATE bootstrap_jobs SET owner = NULL, attempts = attempts + 1, lease_until = ?
        WHERE id = ? AND lease_until IS NOT NULL)sql",
                                          {now, id}) == 1;
}

std::optional<Millis> BootstrapStore::nextDue()
{
    return m_database.one(
        "SELECT lease_until FROM bootstrap_jobs WHERE lease_until IS NOT NULL ORDER BY lease_until LIMIT 1",
        {}, [](const Row &row) { return row.millis("lease_until"); });
}

void BootstrapStore::setKeys(Transaction &transaction, const QString &id, const QByteArray &publicKey,
                             const QByteArray &sealedPrivateKey, Millis now)
{
    transaction.database().execute(
        "UPDATE bootstrap_jobs SET ssh_public_key = ?, ssh_private_key = ?, updated_at = ? WHERE id = ?",
        {publicKey, sealedPrivateKey, now, id});
    transaction.changed("node", id);
}

void BootstrapStore::reach(Transaction &transaction, const QString &id, NodeStage stage, Millis now)
{
    Database &database = transaction.database();
    const bool isNew = database.execute(R"sql(
        INSERT INTO bootstrap_stages (job_id, stage, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING)sql",
                                        {id, toText(stage), now}) == 1;
    if (!isNew)
        return;
    database.execute("UPDATE bootstrap_jobs SET stage = ?, updated_at = ? WHERE id = ?",
                     {toText(stage), now, id});
    transaction.changed("node", id);
}

void BootstrapStore::order(Transaction &transaction, const QString &id, CloudKind kind, Millis now)
{
    transaction.database().execute(R"sql(
        INSERT INTO bootstrap_things (job_id, kind, ordered_at) VALUES (?, ?, ?)
        ON CONFLICT (job_id, kind) DO UPDATE
        SET provider_id = '', ordered_at = excluded.ordered_at, removed_at = NULL)sql",
                                   {id, toText(kind), now});
    transaction.changed("node", id);
}

void BootstrapStore::setThing(Transaction &transaction, const QString &id, CloudKind kind,
                              const QString &providerId)
{
    transaction.database().execute(
        "UPDATE bootstrap_things SET provider_id = ? WHERE job_id = ? AND kind = ?",
        {providerId, id, toText(kind)});
    transaction.changed("node", id);
}

void BootstrapStore::setRemoved(Transaction &transaction, const QString &id, CloudKind kind, Millis now)
{
    transaction.database().execute(R"sql(
        UPDATE bootstrap_things SET removed_at = ? WHERE job_id = ? AND kind = ? AND removed_at IS NULL)sql",
                                   {now, id, toText(kind)});
    transaction.changed("node", id);
}

void BootstrapStore::setDroplet(Transaction &transaction, const QString &id, const QString &dropletId,
                                std::int64_t monthlyCents, Millis now)
{
    transaction.database().execute(
        "UPDATE bootstrap_jobs SET droplet_id = ?, monthly_cents = ?, updated_at = ? WHERE id = ?",
        {dropletId, monthlyCents, now, id});
    transaction.changed("node", id);
}

void BootstrapStore::setAddress(Transaction &transaction, const QString &id, const QString &ip,
                                const QString &lnbitsUrl, Millis now)
{
    transaction.database().execute(
        "UPDATE bootstrap_jobs SET node_ip = ?, lnbits_url = ?, updated_at = ? WHERE id = ?",
        {ip, lnbitsUrl, now, id});
    transaction.changed("node", id);
}

void BootstrapStore::finish(Transaction &transaction, const QString &id, BootstrapState state,
                            const QString &error, Millis now)
{
    if (state == BootstrapState::Ready) {
        transaction.database().execute(R"sql(
            UPDATE bootstrap_jobs
            SET state = 'ready', ready_at = ?, updated_at = ?, owner = NULL, lease_until = NULL
            WHERE id = ? AND state = 'provisioning')sql",
                                       {now, now, id});
    } else {
        // As long as there may be something to take down, it stays with whoever is at it.
        transaction.database().execute(R"sql(
            UPDATE bootstrap_jobs
            SET state = 'failed', error_message = ?, failed_at = ?, updated_at = ?, ssh_private_key = NULL,
                lease_until = CASE WHEN EXISTS (
                    SELECT 1 FROM bootstrap_things t WHERE t.job_id = bootstrap_jobs.id AND t.removed_at IS NULL
                ) THEN lease_until END
            WHERE id = ? AND state = 'provisioning')sql",
                                       {error, now, now, id});
    }
    transaction.changed("node", id);
}

bool BootstrapStore::destroy(Transaction &transaction, const QString &id, Millis now)
{
    const bool ours = transaction.database().execute(R"sql(
        UPDATE bootstrap_jobs
        SET destroyed_at = ?, updated_at = ?, ssh_private_key = NULL, owner = NULL, attempts = attempts + 1,
            lease_until = ?
        WHERE id = ? AND state IN ('ready', 'failed') AND destroyed_at IS NULL)sql",
                                                     {now, now, now, id}) == 1;
    if (ours)
        transaction.changed("node", id);
    return ours;
}

void BootstrapStore::setSeen(Transaction &transaction, const QString &id, bool ssh, bool lnbits, Millis now)
{
    const auto seen = [&](const char *sql, bool answers) {
        if (answers && transaction.database().execute(sql, {now, id}) == 1)
            transaction.changed("node", id);
    };
    seen("UPDATE bootstrap_jobs SET ssh_seen_at = ? WHERE id = ? AND ssh_seen_at IS NULL", ssh);
    seen("UPDATE bootstrap_jobs SET lnbits_seen_at = ? WHERE id = ? AND lnbits_seen_at IS NULL", lnbits);
}

void BootstrapStore::setTailnetName(Transaction &transaction, const QString &id, const QString &host,
                                    const QString &lnbitsUrl, Millis now)
{
    const bool isNew = transaction.database().execute(R"sql(
        UPDATE bootstrap_jobs SET tailscale_hostname = ?, lnbits_url = ?, updated_at = ?
        WHERE id = ? AND state = 'ready' AND destroyed_at IS NULL AND tailscale_hostname IS NULL)sql",
                                                      {host, lnbitsUrl, now, id}) == 1;
    if (isNew)
        transaction.changed("node", id);
}

} // namespace tower
