// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <optional>
#include <vector>

namespace tower {

enum class ZapState { Intent, Paying, Paid, Failed, Unknown, Skipped };
QString toText(ZapState state); ///< intent, paying, paid ...
std::optional<ZapState> zapStateFromText(const QString &text);

struct Zap
{
    QString id;
    QString jobId; ///< "" for one that the operator sent
    std::optional<PubKey> recipient;
    Sats amount;
    QString lightningAddress; ///< "": to the invoice that the operator gave
    QString comment;
    ZapState state = ZapState::Intent;
    QString reason; ///< why it was skipped or failed, or what is to be known of it
    bool simulated = false;
    std::optional<EventId> requestEventId; ///< the logged zap request
    QString paymentRequest;
    std::optional<PaymentHash> paymentHash;
    QString outgoingId; ///< the payment, once there is one
    std::optional<PubKey> receiptKey;
    std::optional<EventId> receiptEventId;
    Millis createdAt;
    std::optional<Millis> settledAt;
};

struct ZapFilter
{
    std::optional<ZapState> state{};
    std::optional<PubKey> recipient{};
};

/// The right to carry one zap out, for so long.
struct ZapLease
{
    QString zapId;
    QString owner;
    Millis until;
};

/// The SQL of the table zaps. Knows no rule.
class ZapStore
{
public:
    explicit ZapStore(Database &database)
        : m_database(database)
    {
    }

    /// Until the transaction's end nobody else adds zaps: what the day's ceiling leaves is read, then used.
    void lock(Transaction &transaction);
    /// False when this job has one already.
    bool insert(Transaction &transaction, const Zap &zap);
    std::optional<Zap> find(const QString &id);
    std::optional<Zap> findByHash(const PaymentHash &paymentHash);
    Page<Zap> list(const ZapFilter &filter, const PageRequest &page);
    /// The sats of zaps begun since then that were paid or may still be.
    Sats spentSince(Millis since);
    std::int64_t countPaid();

    // Until there is a payment: each is guarded by the lease, and false when it is another's meanwhile.
    std::optional<QString> nextWaiting(Millis now);
    bool claim(const ZapLease &lease, Millis now, bool simulated);
    bool setRequest(Transaction &transaction, const ZapLease &lease, const EventId &request,
                    const std::optional<PubKey> &receiptKey);
    bool setPayment(Transaction &transaction, const ZapLease &lease, const QString &paymentRequest,
                    const PaymentHash &paymentHash, const QString &outgoingId, const QString &note);
    bool end(Transaction &transaction, const ZapLease &lease, ZapState state, const QString &reason,
             Millis now);
    void release(const ZapLease &lease);
    /// After a start: what `owner` left is free again.
    void recover(const QString &owner);

    /// As its payment goes on; nothing once it is over.
    void follow(Transaction &transaction, const QString &id, const QString &outgoingId, ZapState state,
                const QString &reason, Millis now);
    /// failed → intent, as if nothing had been asked of anybody. False when it is in another state.
    bool beginAgain(Transaction &transaction, const QString &id, Millis now);
    /// Up to `limit` paid ones since then that a receipt may be there for, newest first.
    std::vector<Zap> withoutReceipt(Millis since, int limit);
    /// False when it has one.
    bool attachReceipt(Transaction &transaction, const QString &id, const EventId &receipt);

private:
    Database &m_database;
};

} // namespace tower
