// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/ReceiptStore.h"

#include "core/base/Json.h"

#include <limits>

namespace tower {

namespace {

/// Conditions on the window's three times, with their values.
constexpr std::string_view inWindow = "counts_at >= ? AND counts_at <= ? AND first_seen_at < ?";

Binds bindsOf(const ReceiptWindow &window)
{
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return {window.since.value_or(Millis(least)), window.until.value_or(Millis(most)),
            window.seenBefore.value_or(Millis(most))};
}

StoredReceipt fromRow(const Row &row)
{
    StoredReceipt out;
    Receipt &receipt = out.receipt;
    receipt.leaseId = row.text("lease_id");
    receipt.providerNpub = row.utf8("provider_npub");
    receipt.consumerNpub = row.utf8("consumer_npub");
    receipt.durationPaid = row.integer("duration_paid");
    receipt.durationDelivered = row.integer("duration_delivered");
    receipt.successFlag = row.text("success_flag").toDouble();
    receipt.paymentProof = {row.text("mint_url"), row.text("swap_response_signature")};
    receipt.version = row.integer("version");
    receipt.completedAt = row.integer("completed_at");
    receipt.consumerSignature = row.utf8("consumer_signature");
    receipt.providerCoSignature = row.utf8("provider_co_signature");
    out.digest = row.utf8("digest");
    out.proofId = row.utf8("proof_id");
    out.countsAt = row.millis("counts_at");
    out.firstSeenAt = row.millis("first_seen_at");
    return out;
}

} // namespace

std::optional<StoredReceipt> ReceiptStore::find(const QString &leaseId)
{
    return m_database.one(R"sql(
        SELECT lease_id, provider_npub, consumer_npub, duration_paid, duration_delivered, success_flag, mint_url,
               swap_response_signature, version, completed_at, consumer_signature, provider_co_signature,
               digest, proof_id, counts_at, first_seen_at
        FROM completion_receipts WHERE lease_id = ?)sql",
                          {leaseId}, fromRow);
}

bool ReceiptStore::isProofUsed(const QByteArray &proofId)
{
    return m_database.number("SELECT COUNT(*) AS n FROM completion_receipts WHERE proof_id = ?", {proofId}) >
           0;
}

bool ReceiptStore::insert(Transaction &transaction, const StoredReceipt &stored)
{
    const Receipt &receipt = stored.receipt;
    return transaction.database().execute(
               R"sql(
        INSERT INTO completion_receipts (lease_id, provider_npub, consumer_npub, duration_paid, duration_delivered,
                                         success_flag, mint_url, swap_response_signature, version, completed_at,
                                         consumer_signature, provider_co_signature, digest, proof_id, counts_at,
                                         first_seen_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING)sql",
               {receipt.leaseId, receipt.providerNpub, receipt.consumerNpub, receipt.durationPaid,
                receipt.durationDelivered, ecmaScriptNumber(receipt.successFlag),
                receipt.paymentProof.mintUrl, receipt.paymentProof.swapResponseSignature, receipt.version,
                receipt.completedAt, receipt.consumerSignature, receipt.providerCoSignature, stored.digest,
                stored.proofId, stored.countsAt, stored.firstSeenAt}) == 1;
}

std::optional<Millis> ReceiptStore::earliestSight(const PubKey &consumer)
{
    return m_database
        .one(R"sql(
        SELECT MIN(at) AS at FROM (
            SELECT created_at AS at FROM nostr_identities WHERE pubkey = ?
            UNION ALL
            SELECT at FROM relay_decisions WHERE pubkey = ? AND reason <> 'invalid') AS sights)sql",
             {consumer, consumer}, [](const Row &row) { return row.optionalMillis("at"); })
        .value_or(std::nullopt);
}

void ReceiptStore::addConsumer(Transaction &transaction, const QByteArray &npub, Millis firstSeen)
{
    transaction.database().execute(
        "INSERT INTO consumer_profiles (npub, first_seen) VALUES (?, ?) ON CONFLICT (npub) DO NOTHING",
        {npub, firstSeen});
}

void ReceiptStore::score(ScoreTable &table, const ReceiptWindow &window,
                         const std::optional<QByteArray> &provider)
{
    static const std::string everyone = "SELECT provider_npub, consumer_npub, success_flag, "
                                        "duration_delivered FROM completion_receipts WHERE " +
                                        std::string(inWindow);
    static const std::string itsConsumers =
        everyone +
        " AND consumer_npub IN (SELECT consumer_npub FROM completion_receipts WHERE provider_npub = ?)";
    Binds binds = bindsOf(window);
    if (provider)
        binds.push_back(*provider);
    m_database.read(provider ? itsConsumers : everyone, binds, [&table](const Row &row) {
        table.add(row.utf8("provider_npub"), row.utf8("consumer_npub"), row.text("success_flag").toDouble(),
                  row.integer("duration_delivered"));
        return true;
    });
}

ConsumersSeen ReceiptStore::consumers(const std::optional<QByteArray> &provider)
{
    static const std::string everyone = "SELECT npub, first_seen FROM consumer_profiles";
    static const std::string its =
        everyone + " WHERE npub IN (SELECT consumer_npub FROM completion_receipts WHERE provider_npub = ?)";
    ConsumersSeen out;
    m_database.read(provider ? its : everyone, provider ? Binds{*provider} : Binds{}, [&out](const Row &row) {
        out.insert(row.utf8("npub"), row.millis("first_seen"));
        return true;
    });
    return out;
}

bool ReceiptStore::hasProvider(const QByteArray &npub)
{
    return m_database
        .one("SELECT lease_id FROM completion_receipts WHERE provider_npub = ? LIMIT 1", {npub},
             [](const Row &) { return true; })
        .has_value();
}

std::vector<ReceiptStore::Seen> ReceiptStore::ofYoungConsumers(const QByteArray &provider,
                                                               const ReceiptWindow &window, Millis after,
                                                               int limit)
{
    static const std::string sql = R"sql(
        SELECT lease_id, consumer_npub, counts_at, first_seen
        FROM completion_receipts JOIN consumer_profiles ON npub = consumer_npub
        WHERE )sql" + std::string(inWindow) +
                                   R"sql( AND provider_npub = ? AND first_seen > ?
        ORDER BY counts_at DESC, lease_id DESC LIMIT ?)sql";
    Binds binds = bindsOf(window);
    binds.insert(binds.end(), {provider, after, limit});
    return m_database.all(sql, binds, [](const Row &row) {
        return Seen{row.text("lease_id"), row.utf8("consumer_npub"), row.millis("counts_at"),
                    row.optionalMillis("first_seen")};
    });
}

} // namespace tower
