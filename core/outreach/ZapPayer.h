// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/outreach/Zaps.h"

#include "core/lightning/LnurlPay.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/payments/Outgoing.h"
#include "core/publish/EventLog.h"

#include <QObject>

class QTimer;

namespace tower {

/// What carries zaps out.
struct ZapHouse
{
    Database &database;
    const Clock &clock;
    const Settings &settings;
    SimulatedWallet *simulatedWallet; ///< nullptr when the wallet is a real one
    Outgoing &outgoing;
    EventLog &events;
    LnurlPay &lnurl;
    Zaps &zaps;
    QString instance; ///< names this program, the same after a restart
};

/// Carries zaps out, one at a time: asks the recipient's service for an invoice (NIP-57, LUD-06, LUD-16),
/// writes invoice and payment down in one transaction, and only then pays. What fails before that has sent
/// nothing: the zap is failed or skipped, with its reason. From there on the zap is as its payment is, in the
/// payment's own transactions; another invoice is never asked for unless that payment has failed for good
/// and the operator wants it.
///
/// With the simulated wallet no service is asked: the wallet issues the invoice for the zap request, and pays
/// it.
///
/// What waits stands in the database; a zap that is being carried out belongs to one program until its lease
/// runs out. Core thread.
class ZapPayer : public QObject
{
    Q_OBJECT

public:
    explicit ZapPayer(const ZapHouse &house, QObject *parent = nullptr);
    ~ZapPayer() override;

    /// Takes up what an earlier run left, and goes on.
    void start();
    /// Looks for what waits now.
    void wake();
    /// Begins nothing more; what is under way ends by itself (or by LnurlPay::abort(), Wallet::abort()).
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }

    /// Carries one zap out as far as it goes now. Does nothing when somebody else is at it, or there is a
    /// payment already. Throws only what the database does.
    QCoro::Task<void> carryOut(QString id);

    /// Longer than two questions to a service take.
    static constexpr Millis holdFor = seconds(60);

private:
    /// What to pay, or why there will be nothing to pay.
    struct Bill
    {
        QString invoice;
        QString note; ///< what is to be known of the zap
        QString reasonToSkip;
    };

    QCoro::Task<void> run();
    QCoro::Task<void> pay(Zap zap, ZapLease lease);
    QCoro::Task<Bill> bill(Zap zap, ZapLease lease);
    QCoro::Task<Bill> billOfService(Zap zap, ZapLease lease);
    Bill simulatedBill(const Zap &zap, const ZapLease &lease);
    /// The zap request, signed and logged: the one from an earlier try if there is one.
    Event logged(const Zap &zap, const ZapLease &lease, const QByteArray &lnurl,
                 const std::optional<PubKey> &receiptKey);
    /// The payment of a zap, written down; its id.
    QString order(const Zap &zap, const ZapLease &lease, const Bill &bill);
    void end(const ZapLease &lease, ZapState state, const QString &reason);
    void follow(Transaction &transaction, const OutgoingPayment &payment);

    ZapHouse m_house;
    ZapStore m_store;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_running = false;
    bool m_again = false; ///< woken while running
};

} // namespace tower
