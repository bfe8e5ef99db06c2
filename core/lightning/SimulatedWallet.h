// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Later.h"
#include "core/base/Secrets.h"
#include "core/lightning/SimulatedWalletStore.h"
#include "core/lightning/Wallet.h"
#include "core/store/Database.h"

#include <vector>

namespace tower {

/// The wallet without an account anywhere: durable, with real invoices on lntbs that its own node key signs
/// (derived from TIMMY_TOKEN_SECRET) and real preimages. Its tables are written in transactions of their own,
/// apart from the tower's books, as a real wallet's are. It pays any lntbs invoice out of its balance; one of
/// its own is marked paid by that. A hash that it both issued and paid is looked up as the invoice it issued.
///
/// For practice, an invoice whose description holds [[fail]] is refused, [[pending]] stays under way until it
/// expires and then fails, [[slow]] takes 3 s. The same invoice again gives the same outcome.
class SimulatedWallet final : public Wallet
{
    Q_OBJECT

public:
    SimulatedWallet(Database &database, const Clock &clock, const Secrets &secrets,
                    QObject *parent = nullptr);
    ~SimulatedWallet() override;

    QCoro::Task<WalletInvoice> createInvoice(Sats amount, QString memo, Millis expiry) override;
    QCoro::Task<std::optional<WalletPayment>> lookup(PaymentHash paymentHash) override;
    QCoro::Task<PayOutcome> pay(QString bolt11, Sats maximumFee) override;
    QCoro::Task<Msat> balance() override;
    [[nodiscard]] bool isSimulated() const override { return true; }
    void abort() override;

    /// An invoice as somebody else's wallet would give it, for a zap that has no recipient's service to ask:
    /// signed here and not kept, so that paying it is spending.
    WalletInvoice issueForRecipient(Sats amount, const std::array<std::uint8_t, 32> &descriptionHash,
                                    Millis expiry) const;

    /// A payer pays one of our invoices and learns its preimage (64 hex digits). Paying again gives the same.
    /// Throws notFound "invoice_not_found", conflict "invoice_expired".
    QByteArray payInvoice(const PaymentHash &paymentHash);

    /// What it is told to do, for tests: all calls from now on.
    enum class Behaviour { Normal, Unreachable, PayPending, PayFails, PayUnknownButPaid, PayUnknownNotPaid };
    void setBehaviour(Behaviour behaviour) { m_behaviour = behaviour; }
    /// How long [[slow]] takes.
    void setSlowness(Millis slowness) { m_slowness = slowness; }
    /// What a payment to another node costs (one to itself costs nothing).
    void setRoutingFee(Msat fee) { m_routingFee = fee; }
    /// Ends a payment that is under way; false when it is not.
    bool settle(const PaymentHash &paymentHash, bool paid);

private:
    [[nodiscard]] SecretKey nodeKey() const;
    [[nodiscard]] Bolt11Draft draft(Sats amount, QByteArrayView preimage, Millis expiry) const;
    void throwIfUnable() const;
    PayOutcome payNow(const Bolt11 &invoice, Sats maximumFee);
    PayOutcome carryOut(const SimulatedPayment &payment, bool isOwn);
    bool settle(const SimulatedPayment &payment, bool paid);
    void failOverdue();
    Later<bool> pause(Millis duration);

    Database &m_database;
    SimulatedWalletStore m_store;
    const Clock &m_clock;
    const Secrets &m_secrets;
    Behaviour m_behaviour = Behaviour::Normal;
    Millis m_slowness = seconds(3);
    Msat m_routingFee;
    bool m_stopped = false;
    std::vector<Later<bool>> m_pauses;
};

} // namespace tower
