// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Settings.h"
#include "core/identity/Identities.h"
#include "core/outreach/ZapStore.h"
#include "core/publish/EventLog.h"

#include <QObject>

namespace tower {

/// Sats that Timmy sends: to customers of finished work, and as the operator wants. What is to be sent is
/// written down here; ZapPayer carries it out. Core thread.
class Zaps : public QObject
{
    Q_OBJECT

public:
    Zaps(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
         QObject *parent = nullptr);

    /// maybeZapOnJobComplete: writes the zap that a completed job earns its customer, in the transaction that
    /// completes it, once per job. Nothing when zapping is off or the customer is neither trusted nor elite;
    /// a skipped one, with its reason, when it is too small, above the day's ceiling, or there is no
    /// lightning address. `workSats`: what was kept of the work payment.
    void intend(Transaction &transaction, const QString &jobId, const PubKey &recipient, Sats workSats);

    /// One that the operator sends; recipient, amount, address or invoice, and comment as given. Throws
    /// conflict "zap_ceiling" when the day's ceiling would be passed.
    Zap intendByHand(Transaction &transaction, Zap zap);
    /// A failed one is tried once more. Throws conflict "not_failed", "zap_ceiling".
    void beginAgain(Transaction &transaction, const Zap &zap);
    /// "" when so much may be sent today.
    [[nodiscard]] QString ceilingProblem(Sats amount);

    /// A receipt that was seen somewhere becomes the zap's if it is valid (see zapReceiptProblem) and the
    /// first. False when it does not.
    bool attachReceipt(const Event &receipt, EventLog &events);

    std::optional<Zap> find(const QString &id) { return m_store.find(id); }
    Page<Zap> list(const ZapFilter &filter, const PageRequest &page) { return m_store.list(filter, page); }

    struct Totals
    {
        Sats zappedToday; ///< begun since midnight UTC and not failed: what counts against the day's ceiling
        std::int64_t paid = 0;
    };
    Totals totals();

signals:
    /// After commit: there is a zap to carry out.
    void waiting();

private:
    [[nodiscard]] QString reasonToSkip(Sats amount, const QString &lightningAddress);
    [[nodiscard]] Millis midnight() const;

    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    Identities &m_identities;
    ZapStore m_store;
};

} // namespace tower
