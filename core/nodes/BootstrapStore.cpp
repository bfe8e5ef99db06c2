// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/BootstrapStore.h"

#include "core/base/Error.h"

#include <algorithm>
#include <string>

namespace tower {

namespace {

constexpr std::string_view columns = R"sql(
    id, state, amount_sats, payment_hash, payment_request, nostr_pubkey, refund_address, ssh_public_key, own_key,
    CASE WHEN ssh_private_key IS NULL THEN 0 ELSE 1 END AS key_kept, ssh_key_delivered_at, region, size, image,
    volume_gb, simulated_cloud, lease_secs, monthly_cents, stage, droplet_id, node_ip, tailscale_hostname, lnbits_url,
    error_message, refund_amount_sats, refund_state, created_at, updated_at, paid_at, ready_at, failed_at,
    destroyed_at, ssh_seen_at, lnbits_seen_at,
    CASE WHEN lease_until IS NULL THEN 0 ELSE 1 END AS at_work)sql";

std::string selected(std::string_view rest)
{
    std::string sql("SELECT ");
    return sql.append(columns).append(" FROM bootstrap_jobs ").append(rest);
}

PaymentHash hashOf(const Row &row)
{
    const auto hash = PaymentHash::fromHex(row.text("payment_hash"));
    if (!hash)
        throw internalError(QStringLiteral("A node's payment hash can't be read."));
    return *hash;
}

std::optional<RefundState> refundStateOf(const QString &text)
{
    for (const RefundState state : {RefundState::Pending, RefundState::Paying, RefundState::Paid}) {
        if (toText(state) == text)
            return state;
    }
    return std::nullopt;
}

BootstrapJob fromRow(const Row &row)
{
    BootstrapJob job;
    job.id = row.text("id");
    job.state = bootstrapStateFromText(row.text("state")).value_or(BootstrapState::Failed);
    job.amount = row.sats("amount_sats");
    job.paymentHash = hashOf(row);
    job.paymentRequest = row.text("payment_request");
    if (!row.isNull("nostr_pubkey"))
        job.pubkey = row.pubKey("nostr_pubkey");
    job.refundAddress = row.text("refund_address");
    job.sshPublicKey = row.utf8("ssh_public_key");
    job.ownKey = row.flag("own_key");
    job.keyKept = row.flag("key_kept");
    job.keyDeliveredAt = row.optionalMillis("ssh_key_delivered_at");
    job.spec = {row.text("region"), row.text("size"), row.text("image"),
                static_cast<int>(row.integer("volume_gb")), row.flag("simulated_cloud")};
    job.leaseSecs = row.integer("lease_secs");
    job.monthlyCents = row.integer("monthly_cents");
    job.stage = nodeStageFromText(row.text("stage"));
    job.dropletId = row.text("droplet_id");
    job.nodeIp = row.text("node_ip");
    job.tailscaleHostname = row.text("tailscale_hostname");
    job.lnbitsUrl = row.text("lnbits_url");
    job.error = row.text("error_message");
    job.refundAmount = row.sats("refund_amount_sats");
    job.refundState = refundStateOf(row.text("refund_state"));
    job.createdAt = row.millis("created_at");
    job.updatedAt = row.millis("updated_at");
    job.paidAt = row.optionalMillis("paid_at");
    job.readyAt = row.optionalMillis("ready_at");
    job.failedAt = row.optionalMillis("failed_at");
    job.destroyedAt = row.optionalMillis("destroyed_at");
    job.sshSeenAt = row.optionalMillis("ssh_seen_at");
    job.lnbitsSeenAt = row.optionalMillis("lnbits_seen_at");
    job.atWork = row.flag("at_work");
    return job;
}

std::optional<QByteArray> unlessEmpty(const QByteArray &text)
{
    return text.isEmpty() ? std::nullopt : std::optional(text);
}

} // namespace

void BootstrapStore::insert(Transaction &transaction, const BootstrapJob &job,
                            const QByteArray &deliveryTokenHash)
{
    transaction.database().execute(
        R"sql(
        INSERT INTO bootstrap_jobs (id, state, amount_sats, payment_hash, payment_request, nostr_pubkey,
                                    refund_address, ssh_public_key, own_key, delivery_token_hash, region, size,
                                    image, volume_gb, simulated_cloud, lease_secs, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql",
        {job.id, toText(job.state), job.amount, job.paymentHash, job.paymentRequest, job.pubkey,
         job.refundAddress, unlessEmpty(job.sshPublicKey), job.ownKey, deliveryTokenHash, job.spec.region,
         job.spec.size, job.spec.image, job.spec.volumeGb, job.spec.simulated, job.leaseSecs, job.createdAt,
         job.updatedAt});
    transaction.changed("node", job.id);
}

std::optional<BootstrapJob> BootstrapStore::find(const QString &id)
{
    static const std::string sql = selected("WHERE id = ?");
    return m_database.one(sql, {id}, fromRow);
}

std::optional<BootstrapJob> BootstrapStore::findByDroplet(const QString &dropletId)
{
    if (dropletId.isEmpty())
        return std::nullopt;
    static const std::string sql = selected(R"sql(
        WHERE id IN (SELECT job_id FROM bootstrap_things WHERE kind = 'droplet' AND provider_id = ?)
        ORDER BY created_at DESC LIMIT 1)sql");
    return m_database.one(sql, {dropletId}, fromRow);
}

KeysetQuery BootstrapStore::listQuery(const BootstrapFilter &filter)
{
    KeysetQuery query(columns, "bootstrap_jobs", "id");
    if (filter.state)
        query.where("state = ?", {toText(*filter.state)});
    if (filter.pubkey)
        query.where("nostr_pubkey = ?", {*filter.pubkey});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query;
}

Page<BootstrapJob> BootstrapStore::list(const BootstrapFilter &filter, const PageRequest &page)
{
    return listQuery(filter).run(m_database, page, fromRow);
}

std::int64_t BootstrapStore::count(BootstrapState state)
{
    return m_database.number("SELECT COUNT(*) AS n FROM bootstrap_jobs WHERE state = ?", {toText(state)});
}

std::vector<StageTime> BootstrapStore::stages(const QString &id)
{
    std::vector<StageTime> stages =
        m_database.all("SELECT stage, at FROM bootstrap_stages WHERE job_id = ?", {id}, [](const Row &row) {
            return StageTime{nodeStageFromText(row.text("stage")).value_or(NodeStage::Paid),
                             row.millis("at")};
        });
    std::sort(stages.begin(), stages.end(),
              [](const StageTime &a, const StageTime &b) { return a.stage < b.stage; });
    return stages;
}

std::vector<NodeThing> BootstrapStore::things(const QString &id)
{
    return m_database.all(
        R"sql(
        SELECT kind, provider_id, ordered_at, removed_at FROM bootstrap_things
        WHERE job_id = ? ORDER BY ordered_at, kind)sql",
        {id}, [](const Row &row) {
            return NodeThing{cloudKindFromText(row.text("kind")).value_or(CloudKind::Droplet),
                             row.text("provider_id"), row.millis("ordered_at"),
                             row.optionalMillis("removed_at")};
        });
}

std::vector<BootstrapJob> BootstrapStore::comingUp(Millis since, int limit)
{
    static const std::string sql = selected(R"sql(
        WHERE state = 'ready' AND destroyed_at IS NULL AND ready_at > ?
          AND (ssh_seen_at IS NULL OR lnbits_seen_at IS NULL OR tailscale_hostname IS NULL)
        ORDER BY ready_at DESC LIMIT ?)sql");
    return m_database.all(sql, {since, limit}, fromRow);
}

std::vector<BootstrapJob> BootstrapStore::owed(int limit)
{
    static const std::string sql = selected(R"sql(
        WHERE state = 'failed' AND refund_state = 'pending' AND refund_address <> ''
        ORDER BY created_at LIMIT ?)sql");
    return m_database.all(sql, {limit}, fromRow);
}

std::optional<BootstrapJob> BootstrapStore::lock(Transaction &transaction, const QString &id)
{
    static const std::string read = selected("WHERE id = ?");
    static const std::string readLocked = read + " FOR UPDATE";
    Database &database = transaction.database();
    return database.one(database.engine() == Engine::Postgres ? readLocked : read, {id}, fromRow);
}

std::optional<BootstrapJob> BootstrapStore::lock(Transaction &transaction, const NodeRun &run)
{
    static const std::string read =
        selected("WHERE id = ? AND owner = ? AND attempts = ? AND lease_until IS NOT NULL");
    static const std::string readLocked = read + " FOR UPDATE";
    Database &database = transaction.database();
    return database.one(database.engine() == Engine::Postgres ? readLocked : read,
                        {run.id, m_owner, run.attempt}, fromRow);
}

std::optional<QByteArray> BootstrapStore::sealedKey(const QString &id)
{
    return m_database.one(
        "SELECT ssh_private_key FROM bootstrap_jobs WHERE id = ? AND ssh_private_key IS NOT NULL", {id},
        [](const Row &row) { return row.utf8("ssh_private_key"); });
}

std::optional<QByteArray> BootstrapStore::deliveryTokenHash(const QString &id)
{
    return m_database.one(
        "SELECT delivery_token_hash FROM bootstrap_jobs WHERE id = ? AND delivery_token_hash IS NOT NULL",
        {id}, [](const Row &row) { return row.utf8("delivery_token_hash"); });
}

bool BootstrapStore::deliver(Transaction &transaction, const QString &id, bool erase, Millis now)
{
    const bool ours = transaction.database().execute(R"sql(
        UPDATE bootstrap_jobs
        SET ssh_key_delivered = 1, ssh_key_delivered_at = ?, updated_at = ?,
            ssh_private_key = CASE WHEN CAST(? AS BIGINT) = 1 THEN NULL ELSE ssh_private_key END
        WHERE id = ? AND state = 'ready' AND destroyed_at IS NULL AND ssh_key_delivered = 0
          AND ssh_private_key IS NOT NULL)sql",
                                                     {now, now, erase, id}) == 1;
    if (ours)
        transaction.changed("node", id);
    return ours;
}

bool BootstrapStore::eraseDelivered(Transaction &transaction, const QString &id)
{
    const bool ours = transaction.database().execute(R"sql(
        UPDATE bootstrap_jobs SET ssh_private_key = NULL
        WHERE id = ? AND ssh_key_delivered = 1 AND ssh_private_key IS NOT NULL)sql",
                                                     {id}) == 1;
    if (ours)
        transaction.changed("node", id);
    return ours;
}

int BootstrapStore::eraseDeliveredBefore(Millis before)
{
    return m_database.execute(R"sql(
        UPDATE bootstrap_jobs SET ssh_private_key = NULL
        WHERE ssh_private_key IS NOT NULL AND ssh_key_delivered = 1 AND ssh_key_delivered_at < ?)sql",
                              {before});
}

} // namespace tower
