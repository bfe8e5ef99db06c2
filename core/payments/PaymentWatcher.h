// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Before Later.h: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/payments/Invoices.h"

#include "core/base/Later.h"
#include "core/payments/Outgoing.h"

#include <QObject>

#include <map>
#include <vector>

class QTimer;

namespace tower {

/// One loop that asks the wallet about everything open: invoices that wait to be paid, payments whose outcome
/// is open. Backs off from 2 s to 60 s for each; the wallet's own hint, a poll, or a start ask at once. What
/// is due stands in the database and is judged by the clock; timers only wake. Core thread.
class PaymentWatcher : public QObject
{
    Q_OBJECT

public:
    PaymentWatcher(const Clock &clock, Wallet &wallet, Invoices &invoices, Outgoing &outgoing,
                   QObject *parent = nullptr);
    ~PaymentWatcher() override;

    /// Takes up what an earlier run left, asks about everything open at once, and goes on.
    void start();
    /// Looks for what is due now.
    void wake();
    /// Asks nothing more; what is under way ends by itself (or by Wallet::abort()).
    void stop();
    [[nodiscard]] bool isRunning() const { return m_looking + m_paying > 0; }

    /// Asks about one invoice now and books the answer; callers at the same time share one question, and one
    /// that was asked less than a second ago is not asked again unless `force`. An unreachable wallet is no
    /// error here: nothing is booked.
    QCoro::Task<void> check(PaymentHash paymentHash, bool force = false);

    /// So many questions of each kind are under way at a time.
    static constexpr int sideBySide = 20;

private:
    void look();
    QCoro::Task<void> watchInvoice(PaymentHash paymentHash);
    QCoro::Task<void> watchPayment(QString id);
    QCoro::Task<void> ask(PaymentHash paymentHash);
    void heard(const std::optional<PaymentHash> &paymentHash);
    void wakeAll();
    void sleepUntilDue();
    [[nodiscard]] bool wasAskedJustNow(const PaymentHash &paymentHash);

    const Clock &m_clock;
    Wallet &m_wallet;
    Invoices &m_invoices;
    Outgoing &m_outgoing;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    int m_looking = 0; ///< questions of the loop about invoices
    int m_paying = 0;  ///< and about payments
    /// Those who wait for a question that is under way; false is given to them when this goes.
    std::map<PaymentHash, std::vector<Later<bool>>> m_flights;
    std::map<PaymentHash, Millis> m_askedAt;
    std::optional<Millis> m_wokeAllAt;
    bool m_wakeAll = false; ///< a hint about everything, that came too soon after the one before
};

} // namespace tower
