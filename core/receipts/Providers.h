// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/publish/TimmyIdentity.h"
#include "core/receipts/ReceiptStore.h"
#include "core/store/Page.h"

#include <QJsonObject>

namespace tower {

struct DroppedReceipt
{
    QString leaseId;
    QByteArray consumerNpub;
    Millis countsAt;
    ReceiptDrop reason = ReceiptDrop::YoungConsumer;
};

struct ProviderDetail
{
    ProviderScore score;
    std::vector<DroppedReceipt> dropped; ///< the newest, at most Providers::maximumDropped
};

/// The scores of the receipts that are stored, all of which have verified. Reads every receipt, so it belongs
/// on the Reader: made over any connection, it knows no other thread's state.
class Providers
{
public:
    Providers(Database &database, const ScoreHeuristics &heuristics, Millis now)
        : m_store(database)
        , m_heuristics(heuristics)
        , m_now(now)
    {
    }

    /// Sorted by npub.
    std::vector<ProviderScore> scores(const ReceiptWindow &window);
    std::vector<ProviderScore> bestFirst(const ReceiptWindow &window);
    /// Throws badRequest("cursor").
    static Page<ProviderScore> page(const std::vector<ProviderScore> &bestFirst, const PageRequest &request);
    /// Nullopt when there is no receipt of the provider at all.
    std::optional<ProviderDetail> detail(const QByteArray &npub, const ReceiptWindow &window);
    /// What was known at the start of the current day (UTC), canonical but for the signature.
    QJsonObject snapshot();

    static constexpr int maximumDropped = 1'000;

private:
    ReceiptStore m_store;
    ScoreHeuristics m_heuristics;
    Millis m_now;
};

ScoreHeuristics scoreHeuristics(const Settings &settings);

/// A provider as the API and the snapshot have it.
QJsonObject toJson(const ProviderScore &score);

/// The snapshot in its canonical form (RFC 8785) with "signer" (npub) and "signature": Timmy's BIP-340
/// signature, made with zero auxiliary randomness, over the SHA-256 of the same text without "signature".
QByteArray signedSnapshot(QJsonObject snapshot, const TimmyIdentity &timmy);

} // namespace tower
