// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/Zaps.h"

#include "core/base/Error.h"
#include "core/outreach/ZapRequest.h"

#include <QUuid>

namespace tower {

namespace {

/// floor(sats × pct / 100), in two parts so that no product overflows.
Sats share(Sats sats, std::int64_t pct)
{
    return Sats(sats.value() / 100 * pct + sats.value() % 100 * pct / 100);
}

QString newId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

} // namespace

Zaps::Zaps(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
           QObject *parent)
    : QObject(parent)
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_identities(identities)
    , m_store(database)
{
}

void Zaps::intend(Transaction &transaction, const QString &jobId, const PubKey &recipient, Sats workSats)
{
    const std::int64_t pct = m_settings.integer(Setting::ZapPctDefault);
    const std::optional<Identity> identity = m_identities.find(recipient);
    if (pct == 0 || !identity || identity->tier < Tier::Trusted)
        return;
    m_store.lock(transaction);
    Zap zap;
    zap.id = newId();
    zap.jobId = jobId;
    zap.recipient = recipient;
    zap.amount = share(workSats, pct);
    zap.lightningAddress = identity->lightningAddress;
    zap.reason = reasonToSkip(zap.amount, zap.lightningAddress);
    zap.state = zap.reason.isEmpty() ? ZapState::Intent : ZapState::Skipped;
    zap.createdAt = m_clock.now();
    if (m_store.insert(transaction, zap) && zap.state == ZapState::Intent)
        transaction.afterCommit([this] { emit waiting(); });
}

Zap Zaps::intendByHand(Transaction &transaction, Zap zap)
{
    m_store.lock(transaction);
    if (const QString problem = ceilingProblem(zap.amount); !problem.isEmpty())
        throw conflict(problem, "zap_ceiling");
    zap.id = newId();
    zap.state = ZapState::Intent;
    zap.createdAt = m_clock.now();
    m_store.insert(transaction, zap);
    return zap;
}

void Zaps::beginAgain(Transaction &transaction, const Zap &zap)
{
    m_store.lock(transaction);
    if (const QString problem = ceilingProblem(zap.amount); !problem.isEmpty())
        throw conflict(problem, "zap_ceiling");
    if (!m_store.beginAgain(transaction, zap.id, m_clock.now()))
        throw conflict(QStringLiteral("Only a zap that failed is tried again."), "not_failed");
}

bool Zaps::attachReceipt(const Event &receipt, EventLog &events)
{
    const std::optional<PaymentHash> paymentHash = paymentHashOf(receipt);
    const std::optional<Zap> zap = paymentHash ? m_store.findByHash(*paymentHash) : std::nullopt;
    if (!zap || !zap->receiptKey || !zap->requestEventId)
        return false;
    const std::optional<LoggedEvent> logged = events.find(*zap->requestEventId);
    const EventParse request = parseEvent(QByteArrayView(logged ? logged->rawEvent : QByteArray()));
    if (!request.event)
        return false;
    const ZapFacts facts{*zap->receiptKey, *request.event, *paymentHash};
    if (!zapReceiptProblem(receipt, facts).isEmpty())
        return false;
    Transaction transaction(m_database);
    const bool attached = m_store.attachReceipt(transaction, zap->id, receipt.id);
    transaction.commit();
    return attached;
}

Zaps::Totals Zaps::totals()
{
    return {m_store.spentSince(midnight()), m_store.countPaid()};
}

/// "" when the zap may go out.
QString Zaps::reasonToSkip(Sats amount, const QString &lightningAddress)
{
    const Sats least(m_settings.integer(Setting::ZapMinSats));
    if (amount < least || amount == Sats(0))
        return QStringLiteral("%1 sats are less than ZAP_MIN_SATS (%2).")
            .arg(amount.value())
            .arg(least.value());
    if (lightningAddress.isEmpty())
        return QStringLiteral("The customer has no lightning address.");
    return ceilingProblem(amount);
}

QString Zaps::ceilingProblem(Sats amount)
{
    const Sats ceiling(m_settings.integer(Setting::ZapMaxSatsPerDay));
    if (m_store.spentSince(midnight()) + amount <= ceiling)
        return {};
    return QStringLiteral("The day's ceiling ZAP_MAX_SATS_PER_DAY (%1) would be passed.")
        .arg(ceiling.value());
}

Millis Zaps::midnight() const
{
    constexpr std::int64_t day = days(1).value();
    return Millis(m_clock.now().value() / day * day);
}

} // namespace tower
