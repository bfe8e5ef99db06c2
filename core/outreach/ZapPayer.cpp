// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/ZapPayer.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/outreach/ZapRequest.h"

#include <QPointer>
#include <QTimer>

#include <chrono>

namespace tower {

namespace {

/// Zaps that another program wrote down, or left in the middle, are found so late at most.
constexpr std::chrono::seconds lookEvery{30};
constexpr Millis simulatedExpiry = seconds(3'600);

ZapState stateOf(OutgoingState state)
{
    switch (state) {
    case OutgoingState::Intent:
        return ZapState::Intent;
    case OutgoingState::Paying:
        return ZapState::Paying;
    case OutgoingState::Paid:
        return ZapState::Paid;
    case OutgoingState::Failed:
        return ZapState::Failed;
    case OutgoingState::Unknown:
        break;
    }
    return ZapState::Unknown;
}

/// Whether trying again may help: the database, the wallet or the program's end were at fault, not the zap.
bool mayPass(const ServiceError &error)
{
    return error.kind() == ErrorKind::Unavailable || error.kind() == ErrorKind::Internal;
}

ServiceError leaseLost()
{
    return unavailable(QStringLiteral("Another program carries this zap out."), "zap_lease_lost");
}

/// A warning only: services that send another hash are many, and what counts is the amount.
QString hashWarning(const QString &invoice, const QByteArray &zapRequest)
{
    const std::optional<std::array<std::uint8_t, 32>> hash = decodeBolt11(invoice).descriptionHash;
    if (hash == sha256(zapRequest))
        return {};
    return QStringLiteral("Warning: the invoice's description hash is not that of the zap request.");
}

} // namespace

ZapPayer::ZapPayer(const ZapHouse &house, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(house.database)
    , m_timer(new QTimer(this))
{
    const auto step = [this](Transaction &transaction, const OutgoingPayment &payment) {
        follow(transaction, payment);
    };
    m_house.outgoing.serve(OutgoingPurpose::Zap, step);
    m_house.outgoing.follow(OutgoingPurpose::Zap, step);
    connect(m_timer, &QTimer::timeout, this, &ZapPayer::wake);
    // Queued: a job's completion is over before its zap begins.
    connect(&m_house.zaps, &Zaps::waiting, this, &ZapPayer::wake, Qt::QueuedConnection);
}

ZapPayer::~ZapPayer() = default;

void ZapPayer::start()
{
    m_store.recover(m_house.instance);
    m_started = true;
    m_timer->start(lookEvery);
    wake();
}

void ZapPayer::stop()
{
    m_started = false;
    m_timer->stop();
}

void ZapPayer::wake()
{
    if (!m_started)
        return;
    m_again = true;
    if (!m_running)
        run();
}

QCoro::Task<void> ZapPayer::run()
{
    const QPointer<ZapPayer> self(this);
    m_running = true;
    while (self && m_started && m_again) {
        m_again = false;
        try {
            for (;;) {
                const std::optional<QString> next = m_store.nextWaiting(m_house.clock.now());
                if (!next)
                    break;
                QCoro::Task<void> carrying = carryOut(*next);
                co_await carrying;
                if (!self || !m_started)
                    break;
            }
        } catch (const ServiceError &error) {
            log::error("zaps", QStringLiteral("waiting zaps can't be carried out now"),
                       {{"error", error.message()}});
        }
    }
    if (self)
        m_running = false;
}

QCoro::Task<void> ZapPayer::carryOut(QString id)
{
    const Millis now = m_house.clock.now();
    const ZapLease lease{id, m_house.instance, now + holdFor};
    if (!m_store.claim(lease, now, m_house.simulatedWallet != nullptr))
        co_return;
    const std::optional<Zap> zap = m_store.find(id);
    if (!zap)
        co_return;
    QCoro::Task<void> paying = pay(*zap, lease);
    co_await paying;
}

QCoro::Task<void> ZapPayer::pay(Zap zap, ZapLease lease)
{
    const QPointer<ZapPayer> self(this);
    QString payment;
    try {
        QCoro::Task<Bill> billing = bill(zap, lease);
        const Bill bill = co_await billing;
        if (!self)
            co_return;
        if (bill.reasonToSkip.isEmpty())
            payment = order(zap, lease, bill);
        else
            end(lease, ZapState::Skipped, bill.reasonToSkip);
    } catch (const ServiceError &error) {
        if (!self)
            co_return;
        if (!mayPass(error))
            end(lease, ZapState::Failed, error.message());
        else // until its lease runs out nobody tries again
            log::warning("zaps", QStringLiteral("a zap waits"),
                         {{"zap", zap.id}, {"error", error.message()}});
    }
    if (payment.isEmpty())
        co_return;
    QCoro::Task<OutgoingPayment> carrying = m_house.outgoing.carryOut(payment);
    co_await carrying;
}

QCoro::Task<ZapPayer::Bill> ZapPayer::bill(Zap zap, ZapLease lease)
{
    Bill bill;
    if (!zap.paymentRequest.isEmpty())
        bill.invoice = zap.paymentRequest;
    else if (m_house.simulatedWallet)
        bill = simulatedBill(zap, lease);
    else {
        QCoro::Task<Bill> asking = billOfService(zap, lease);
        bill = co_await asking;
    }
    co_return bill;
}

ZapPayer::Bill ZapPayer::simulatedBill(const Zap &zap, const ZapLease &lease)
{
    const QUrl url = lnurlOfAddress(zap.lightningAddress, m_house.settings.flag(Setting::LnurlAllowPrivate));
    QByteArray described = zap.comment.toUtf8();
    Bill bill;
    if (zap.recipient)
        described = logged(zap, lease, toLnurl(url), std::nullopt).toJson();
    else
        bill.note = QStringLiteral("No zap request: whose address it is, is not known.");
    bill.invoice = m_house.simulatedWallet->issueForRecipient(zap.amount, sha256(described), simulatedExpiry)
                       .paymentRequest;
    return bill;
}

QCoro::Task<ZapPayer::Bill> ZapPayer::billOfService(Zap zap, ZapLease lease)
{
    const QPointer<ZapPayer> self(this);
    const QUrl url = lnurlOfAddress(zap.lightningAddress, m_house.settings.flag(Setting::LnurlAllowPrivate));
    QCoro::Task<LnurlOffer> offering = m_house.lnurl.offer(url);
    const LnurlOffer offer = co_await offering;
    if (!self)
        throw leaseLost();
    Bill bill;
    bill.reasonToSkip = lnurlLimitsProblem(offer, toMsat(zap.amount));
    if (!bill.reasonToSkip.isEmpty())
        co_return bill;

    LnurlOrder order;
    order.amount = toMsat(zap.amount);
    if (offer.zapKey && zap.recipient) {
        order.lnurl = toLnurl(url);
        order.zapRequest = logged(zap, lease, order.lnurl, offer.zapKey).toJson();
    } else {
        bill.note =
            offer.zapKey
                ? QStringLiteral("A plain payment: whose address it is, is not known.")
                : QStringLiteral("A plain payment: the recipient's service takes no zaps (allowsNostr).");
        if (zap.comment.size() <= offer.commentAllowed)
            order.comment = zap.comment;
    }
    const QUrl orderUrl = lnurlOrderUrl(offer, order);
    QCoro::Task<QString> asking = m_house.lnurl.invoice(orderUrl);
    bill.invoice = co_await asking;
    if (!self)
        throw leaseLost();
    if (!order.zapRequest.isEmpty())
        bill.note = hashWarning(bill.invoice, order.zapRequest);
    co_return bill;
}

Event ZapPayer::logged(const Zap &zap, const ZapLease &lease, const QByteArray &lnurl,
                       const std::optional<PubKey> &receiptKey)
{
    if (zap.requestEventId) {
        const std::optional<LoggedEvent> before = m_house.events.find(*zap.requestEventId);
        const EventParse parsed = parseEvent(QByteArrayView(before ? before->rawEvent : QByteArray()));
        if (parsed.event)
            return *parsed.event;
    }
    ZapOffer offer;
    offer.recipient = *zap.recipient;
    offer.amount = zap.amount;
    offer.lnurl = lnurl;
    offer.comment = zap.comment;
    offer.reference = zap.id;
    if (const QString relay = m_house.settings.text(Setting::NostrRelayUrl); !relay.isEmpty())
        offer.relays.push_back(relay);
    Transaction transaction(m_house.database);
    Event request =
        m_house.events.log(transaction, zapRequest(offer),
                           {QStringLiteral("zap_request"), zap.recipient, zap.amount}, EventLog::Send::No);
    if (!m_store.setRequest(transaction, lease, request.id, receiptKey))
        throw leaseLost();
    transaction.commit();
    return request;
}

QString ZapPayer::order(const Zap &zap, const ZapLease &lease, const Bill &bill)
{
    Transaction transaction(m_house.database);
    const Outgoing::Order order{OutgoingPurpose::Zap, zap.id, Account::zaps(), zap.amount, bill.invoice};
    const OutgoingPayment payment = m_house.outgoing.intend(transaction, order);
    if (!m_store.setPayment(transaction, lease, payment.bolt11, payment.paymentHash, payment.id, bill.note))
        throw leaseLost();
    transaction.commit();
    return payment.id;
}

void ZapPayer::end(const ZapLease &lease, ZapState state, const QString &reason)
{
    Transaction transaction(m_house.database);
    if (!m_store.end(transaction, lease, state, reason, m_house.clock.now()))
        return;
    transaction.commit();
    log::info("zaps", toText(state), {{"zap", lease.zapId}, {"reason", reason}});
}

void ZapPayer::follow(Transaction &transaction, const OutgoingPayment &payment)
{
    const ZapState state = stateOf(payment.state);
    m_store.follow(transaction, payment.subject, payment.id, state, payment.reason, m_house.clock.now());
    transaction.afterCommit([zap = payment.subject, state, sats = payment.amount] {
        log::info("zaps", toText(state), {{"zap", zap}, {"sats", QString::number(sats.value())}});
    });
}

} // namespace tower
