// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/receipts/Receipt.h"
#include "core/receipts/Scoring.h"
#include "core/store/Database.h"

namespace tower {

/// A receipt that verified. Never changes.
struct StoredReceipt
{
    Receipt receipt;
    QByteArray digest; ///< hex
    QByteArray proofId;
    Millis countsAt;
    Millis firstSeenAt;
};

/// Which receipts a reading looks at.
struct ReceiptWindow
{
    std::optional<Millis> since{};      ///< by the time that counts
    std::optional<Millis> until{};      ///< inclusive
    std::optional<Millis> seenBefore{}; ///< by us; exclusive
};

/// The SQL of completion_receipts and consumer_profiles. Knows no rule.
class ReceiptStore
{
public:
    explicit ReceiptStore(Database &database)
        : m_database(database)
    {
    }

    std::optional<StoredReceipt> find(const QString &leaseId);
    bool isProofUsed(const QByteArray &proofId);
    /// False when there is one with this lease or this payment.
    bool insert(Transaction &transaction, const StoredReceipt &stored);

    /// The earliest time that the tower is known to have seen the key, before `now`: as an identity, or with
    /// a valid event at the policy.
    std::optional<Millis> earliestSight(const PubKey &consumer);
    /// Once for each consumer; later calls change nothing.
    void addConsumer(Transaction &transaction, const QByteArray &npub, Millis firstSeen);

    /// All receipts of the window; with `provider`, those of its consumers, whoever they are with.
    void score(ScoreTable &table, const ReceiptWindow &window,
               const std::optional<QByteArray> &provider = std::nullopt);
    /// All consumers, or those of one provider.
    ConsumersSeen consumers(const std::optional<QByteArray> &provider = std::nullopt);
    bool hasProvider(const QByteArray &npub);

    struct Seen
    {
        QString leaseId;
        QByteArray consumerNpub;
        Millis countsAt;
        std::optional<Millis> consumerSeen;
    };
    /// A provider's receipts whose consumers were first seen after `after`, newest first.
    std::vector<Seen> ofYoungConsumers(const QByteArray &provider, const ReceiptWindow &window, Millis after,
                                       int limit);

private:
    Database &m_database;
};

} // namespace tower
