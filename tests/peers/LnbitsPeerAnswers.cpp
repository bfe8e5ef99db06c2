// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/LnbitsPeer.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"

#include <QJsonDocument>
#include <QTcpSocket>

#include <algorithm>

namespace tower::test {

namespace {

/// What the node asks for a payment to another one.
constexpr std::int64_t routingFeeMsat = 1'500;

const QString pending = QStringLiteral("pending");
const QString success = QStringLiteral("success");
const QString failed = QStringLiteral("failed");

/// LNbits' own: max(2000 msat, 1 %).
std::int64_t feeReserve(std::int64_t amountMsat)
{
    return std::max<std::int64_t>(2'000, amountMsat / 100);
}

} // namespace

LnbitsPeer::Payment LnbitsPeer::issue(LightningNetwork network, Msat amount, const QString &memo,
                                      Millis expiry)
{
    const SecretKey preimage = SecretKey::generate(); // 32 random bytes
    Bolt11Draft draft;
    draft.network = network;
    draft.amount = amount;
    draft.createdAt = seconds(m_clock.now().value() / 1'000);
    draft.expiry = expiry;
    draft.paymentHash = PaymentHash(
        sha256(QByteArrayView(preimage.bytes().data(), static_cast<qsizetype>(preimage.bytes().size()))));
    draft.description = memo;
    draft.paymentSecret = SecretKey::generate().bytes();

    Payment payment;
    payment.paymentHash = draft.paymentHash;
    payment.bolt11 = encodeBolt11(draft, m_nodeKey);
    payment.memo = memo;
    payment.amountMsat = amount.value();
    payment.preimage =
        QString::fromLatin1(QByteArray(reinterpret_cast<const char *>(preimage.bytes().data()), 32).toHex());
    return payment;
}

QString LnbitsPeer::foreignInvoice(Msat amount, const QString &description, Millis expiry) const
{
    Bolt11Draft draft;
    draft.network = m_network;
    draft.amount = amount;
    draft.createdAt = seconds(m_clock.now().value() / 1'000);
    draft.expiry = expiry;
    draft.paymentHash = PaymentHash(SecretKey::generate().bytes());
    draft.description = description;
    draft.paymentSecret = SecretKey::generate().bytes();
    return encodeBolt11(draft, m_otherNodeKey);
}

LnbitsPeer::Answer LnbitsPeer::create(const QJsonObject &order)
{
    const std::int64_t sats = order.value(u"amount").toInteger();
    if (sats <= 0 || order.value(u"unit") != QLatin1String("sat"))
        return detail(400, QStringLiteral("Amount must be a whole number of sats here."));
    if (order.value(u"memo").toString().size() > 640)
        return detail(422, QStringLiteral("ensure this value has at most 640 characters"));
    if (m_createFault == CreateFault::Unauthorized)
        return detail(401, QStringLiteral("No Api Key provided."));
    if (m_createFault == CreateFault::ServerError)
        return detail(500, QStringLiteral("Unexpected error! ID: x"));
    if (m_createFault == CreateFault::Garbage)
        return {201, "<html>not what you want</html>", {}};

    const bool tooLittle = m_createFault == CreateFault::WrongAmount;
    const auto network = m_createFault == CreateFault::OtherNetwork ? LightningNetwork::Regtest : m_network;
    const Payment payment =
        issue(network, toMsat(Sats(tooLittle ? sats - 1 : sats)), order.value(u"memo").toString(),
              seconds(order.value(u"expiry").toInteger(3'600)));
    m_payments.emplace(payment.paymentHash, payment);
    QJsonObject answer = toJson(payment);
    if (m_createFault == CreateFault::OtherHash)
        answer.insert(QStringLiteral("payment_hash"), PaymentHash(SecretKey::generate().bytes()).text());
    if (m_createFault == CreateFault::OldField || m_createFault == CreateFault::NoInvoice)
        answer.remove(QStringLiteral("bolt11"));
    if (m_createFault == CreateFault::NoInvoice)
        answer.remove(QStringLiteral("payment_request"));
    return json(201, answer);
}

std::optional<LnbitsPeer::Answer> LnbitsPeer::pay(const QJsonObject &order, QTcpSocket *socket)
{
    if (m_payAnswer)
        return m_payAnswer;
    Bolt11 invoice;
    try {
        invoice = decodeBolt11(order.value(u"bolt11").toString());
    } catch (const ServiceError &) {
        return detail(520, QStringLiteral("Bolt11 decoding failed."), failed);
    }
    if (!invoice.amount)
        return detail(520, QStringLiteral("Amountless invoices not supported."), failed);
    if (m_payFault == PayFault::InsufficientBalance)
        return detail(400, QStringLiteral("Insufficient balance."));
    if (m_payFault == PayFault::AlreadyPaid)
        return detail(400, QStringLiteral("Payment already paid."));
    if (m_payFault == PayFault::Unauthorized)
        return detail(401, QStringLiteral("No Api Key provided."));
    if (m_payFault == PayFault::ServerError)
        return detail(500, QStringLiteral("Unexpected error! ID: x"));
    if (m_payFault == PayFault::SilentNotPaid)
        return std::nullopt;
    const auto before = m_payments.find(invoice.paymentHash);
    if (before != m_payments.end())
        return payAgain(before->second);
    const std::int64_t amount = invoice.amount->value();
    if (m_balanceMsat < amount + feeReserve(amount))
        return detail(520, QStringLiteral("Insufficient balance."), failed);

    Payment &payment = m_payments[invoice.paymentHash];
    payment.paymentHash = invoice.paymentHash;
    payment.bolt11 = order.value(u"bolt11").toString();
    payment.memo = invoice.description;
    payment.amountMsat = -amount;
    payment.feeMsat = -feeReserve(amount);
    switch (m_payFault) {
    case PayFault::Pending:
        return json(201, toJson(payment));
    case PayFault::FailedNotPaid:
    case PayFault::AcceptedAsFailed:
        payment.status = failed;
        return m_payFault == PayFault::AcceptedAsFailed
                   ? json(201, toJson(payment))
                   : detail(520, QStringLiteral("Payment failed: no route"), failed);
    case PayFault::FailedButPaidByNode:
        payment.status = failed;
        payment.paidByNode = true;
        m_balanceMsat -= amount + routingFeeMsat;
        return detail(520, QStringLiteral("Payment failed: connection lost"), failed);
    default:
        break;
    }
    send(payment, true);
    if (m_payFault == PayFault::FailedButPaid)
        return detail(520, QStringLiteral("Payment failed: connection lost"), failed);
    if (m_payFault == PayFault::HangsUpButPaid)
        socket->abort();
    if (m_payFault == PayFault::HangsUpButPaid || m_payFault == PayFault::SilentButPaid)
        return std::nullopt;
    return json(201, toJson(payment));
}

std::optional<LnbitsPeer::Answer> LnbitsPeer::payAgain(Payment &payment)
{
    if (payment.amountMsat > 0 || payment.internal) {
        if (payment.status == success)
            return detail(520, QStringLiteral("Internal invoice already paid."), failed);
        if (m_balanceMsat < payment.amountMsat)
            return detail(520, QStringLiteral("Insufficient balance."), failed);
        // Both sides are recorded, and from then on looking up tells the smaller amount: the outgoing one.
        payment.internal = true;
        payment.amountMsat = -payment.amountMsat;
        payment.status = success;
        return json(201, toJson(payment));
    }
    if (payment.status == pending)
        return detail(520, QStringLiteral("Payment is still pending."), pending);
    if (payment.status == success)
        return detail(520, QStringLiteral("Payment already paid."), success);
    if (!payment.paidByNode)
        return detail(520, QStringLiteral("Payment is failed node, retrying is not possible."), failed);
    payment.status = success;
    payment.feeMsat = -routingFeeMsat;
    return detail(520, QStringLiteral("Failed payment was already paid on the fundingsource."), success);
}

void LnbitsPeer::send(Payment &payment, bool succeeds)
{
    payment.status = succeeds ? success : failed;
    payment.paidByNode = succeeds;
    payment.feeMsat = succeeds ? -routingFeeMsat : 0;
    if (succeeds)
        m_balanceMsat += payment.amountMsat + payment.feeMsat;
}

std::optional<LnbitsPeer::Answer> LnbitsPeer::lookup(const QByteArray &hash, bool isOwner, QTcpSocket *socket)
{
    if (m_lookupFault == LookupFault::Unreachable) {
        socket->abort();
        return std::nullopt;
    }
    if (m_lookupFault == LookupFault::ServerError)
        return detail(500, QStringLiteral("Unexpected error! ID: x"));
    if (m_lookupFault == LookupFault::Garbage)
        return Answer{200, "OK", {}};
    const auto paymentHash = PaymentHash::fromHex(QByteArrayView(hash));
    const Payment *found = paymentHash ? payment(*paymentHash) : nullptr;
    if (!found)
        return detail(404, QStringLiteral("Payment does not exist."));
    QJsonObject answer{{QStringLiteral("paid"), found->status == success}};
    if (found->status == failed)
        answer.insert(QStringLiteral("status"), failed);
    else
        answer.insert(QStringLiteral("preimage"), found->preimage); // of a pending one too, as LNbits does
    if (isOwner && m_lookupFault != LookupFault::NoDetails) {
        QJsonObject details = toJson(*found);
        if (m_lookupFault == LookupFault::WrongAmount)
            details.insert(QStringLiteral("amount"), jsonNumber(found->amountMsat - 1'000));
        if (m_lookupFault == LookupFault::NoAmount)
            details.remove(QStringLiteral("amount"));
        if (m_lookupFault == LookupFault::OtherHash)
            details.insert(QStringLiteral("payment_hash"), QString(64, u'0'));
        answer.insert(QStringLiteral("details"), details);
    }
    return json(200, answer);
}

LnbitsPeer::Answer LnbitsPeer::json(int status, const QJsonObject &body)
{
    return {status, QJsonDocument(body).toJson(QJsonDocument::Compact), {}};
}

LnbitsPeer::Answer LnbitsPeer::detail(int status, const QString &text, const QString &state)
{
    QJsonObject body{{QStringLiteral("detail"), text}};
    if (!state.isEmpty())
        body.insert(QStringLiteral("status"), state);
    return json(status, body);
}

QJsonObject LnbitsPeer::toJson(const Payment &payment)
{
    const QString prefix = payment.internal ? QStringLiteral("internal_") : QString();
    return {{QStringLiteral("checking_id"), prefix + payment.paymentHash.text()},
            {QStringLiteral("payment_hash"), payment.paymentHash.text()},
            {QStringLiteral("wallet_id"), QStringLiteral("w1")},
            {QStringLiteral("amount"), jsonNumber(payment.amountMsat)},
            {QStringLiteral("fee"), jsonNumber(payment.feeMsat)},
            {QStringLiteral("bolt11"), payment.bolt11},
            {QStringLiteral("payment_request"), payment.bolt11},
            {QStringLiteral("status"), payment.status},
            {QStringLiteral("memo"), payment.memo},
            {QStringLiteral("preimage"), payment.preimage},
            {QStringLiteral("extra"), QJsonObject()}};
}

} // namespace tower::test
