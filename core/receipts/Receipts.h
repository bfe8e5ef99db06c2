// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles when <coroutine>, which the coroutines' headers include, is the first it
// reads.
#include "core/receipts/MintKeys.h"

#include "core/payments/InvoiceStore.h"
#include "core/publish/EventLog.h"
#include "core/receipts/CoSigner.h"
#include "core/receipts/ReceiptStore.h"

namespace tower {

/// Takes completion receipts in: verified, stored once, and published as an event of ours in the same
/// transaction. Core thread.
class Receipts : public QObject
{
    Q_OBJECT

public:
    Receipts(Database &database, const Clock &clock, const Settings &settings, const TimmyIdentity &timmy,
             EventLog &events, MintKeys &mints, QObject *parent = nullptr);

    struct Taken
    {
        StoredReceipt stored;
        bool isNew = false; ///< false: it was there already
    };
    /// One of Timmy's own leases may lack the co-signature, which it then gets. Throws badRequest with the
    /// exact reason ("not_well_formed", "bad_signature", "bad_payment_proof", "payment_proof_used", and what
    /// CoSigner and MintKeys throw), conflict "lease_taken" for another receipt of that lease.
    QCoro::Task<Taken> take(Receipt receipt);
    /// A receipt that somebody published (RECEIPT_EVENT_KIND), from the relay. Also throws badRequest
    /// "not_a_receipt".
    QCoro::Task<Taken> takeEvent(Event event);

    std::optional<StoredReceipt> find(const QString &leaseId);
    /// The lease that the event is named after has its receipt.
    bool isKnown(const Event &event);
    /// Another one after each receipt that was stored here.
    [[nodiscard]] std::uint64_t revision() const { return m_revision; }

    /// The d tag of the event that holds the receipt of a lease.
    static QByteArray eventName(const QString &leaseId);
    /// A claimed time of completion counts when it is neither in the future nor more than this before we saw
    /// the receipt.
    static constexpr Millis believedFor = days(1);

private:
    void checkInvoice(const PaymentHash &paymentHash);
    QCoro::Task<void> checkMint(CashuProof proof, QString mintUrl);
    std::optional<StoredReceipt> known(const Receipt &receipt);
    void refuseUsed(const QByteArray &proofId);
    Taken store(const Receipt &receipt, const QByteArray &proofId);

    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    EventLog &m_events;
    MintKeys &m_mints;
    CoSigner m_coSigner;
    ReceiptStore m_store;
    InvoiceStore m_invoices;
    std::uint64_t m_revision = 0;
};

} // namespace tower
