// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnbitsAnswers.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/base/Text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>

#include <algorithm>
#include <array>

namespace tower::lnbits {

namespace {

using Kind = PayOutcome::Kind;
using State = WalletPayment::State;

constexpr qsizetype maximumReason = 200;

/// A whole number of millisatoshis, of which there are 2.1e18. Qt keeps a JSON integer of 64 bits as it is.
std::optional<std::int64_t> wholeNumber(const QJsonValue &value)
{
    constexpr qint64 most = 2'100'000'000'000'000'000;
    const qint64 number = value.toInteger(most + 1);
    if (number < -most || number > most)
        return std::nullopt;
    return number;
}

ServiceError noSense(const QString &what)
{
    log::warning("wallet", QStringLiteral("LNbits makes no sense"), {{"answer", what}});
    return unavailable(QStringLiteral("The wallet's answer makes no sense."), "wallet_unavailable");
}

/// The answer as an object; throws unless its status is one that says yes.
QJsonObject objectOf(const LnbitsReply &reply)
{
    if (reply.stopped)
        throw unavailable(QStringLiteral("The wallet is stopping."), "wallet_stopped");
    if (reply.status == 200 || reply.status == 201) {
        const QJsonDocument document = QJsonDocument::fromJson(reply.body);
        if (!document.isObject())
            throw noSense(QStringLiteral("not an object"));
        return document.object();
    }
    log::warning("wallet", QStringLiteral("LNbits call failed"),
                 {{"status", QString::number(reply.status)}, {"problem", reply.problem}});
    if (reply.status == 401 || reply.status == 403)
        throw unavailable(QStringLiteral("The wallet does not take the key (LNBITS_API_KEY)."),
                          "wallet_unavailable");
    throw unavailable(reply.status == 0
                          ? QStringLiteral("The wallet can't be reached.")
                          : QStringLiteral("The wallet answered with status %1.").arg(reply.status),
                      "wallet_unavailable");
}

Msat absolute(std::int64_t msat)
{
    return Msat(msat < 0 ? -msat : msat);
}

Msat feeOf(const QJsonObject &payment)
{
    return absolute(wholeNumber(payment.value(QLatin1String("fee"))).value_or(0));
}

/// LNbits' `detail`: a string, or a list of strings or (from its validation) of objects.
QString detailOf(const LnbitsReply &reply)
{
    QJsonValue detail = QJsonDocument::fromJson(reply.body).object().value(QLatin1String("detail"));
    if (detail.isArray())
        detail = detail.toArray().at(0);
    return detail.isObject() ? detail.toObject().value(QLatin1String("msg")).toString() : detail.toString();
}

/// True when a refusal speaks of a payment that was begun before: then it says nothing about that one's end.
bool speaksOfAnEarlierOne(const QByteArray &body)
{
    static constexpr std::array words{"already", "duplicate", "paid", "pending", "flight", "progress"};
    const QByteArray text = body.toLower();
    return std::any_of(words.begin(), words.end(), [&text](const char *word) { return text.contains(word); });
}

PayOutcome unknown(const QString &reason)
{
    return {Kind::Unknown, {}, reason};
}

PayOutcome readAccepted(const QJsonObject &payment, const Bolt11 &invoice)
{
    const QJsonValue amount = payment.value(QLatin1String("amount"));
    const bool isOurs =
        payment.value(QLatin1String("payment_hash")).toString() == invoice.paymentHash.text() &&
        (amount.isUndefined() || wholeNumber(amount) == -invoice.amount.value_or(Msat()).value());
    if (!isOurs)
        return unknown(QStringLiteral("LNbits answered about another payment."));
    const QString status = payment.value(QLatin1String("status")).toString();
    if (status == QLatin1String("success"))
        return {Kind::Paid, feeOf(payment), {}};
    if (status == QLatin1String("pending"))
        return {Kind::Pending, {}, {}};
    return unknown(status == QLatin1String("failed") ? QStringLiteral("LNbits says that it failed for now.")
                                                     : QStringLiteral("LNbits does not say how it ended."));
}

} // namespace

WalletInvoice readInvoice(const LnbitsReply &reply)
{
    const QJsonObject payment = objectOf(reply);
    const auto hash = PaymentHash::fromHex(payment.value(QLatin1String("payment_hash")).toString());
    QString bolt11 = payment.value(QLatin1String("bolt11")).toString();
    if (bolt11.isEmpty())
        bolt11 = payment.value(QLatin1String("payment_request")).toString();
    if (!hash || bolt11.isEmpty())
        throw noSense(QStringLiteral("an invoice without hash or text"));
    return {*hash, bolt11};
}

std::optional<WalletPayment> readPayment(const LnbitsReply &reply, const PaymentHash &paymentHash)
{
    if (reply.status == 404 && QJsonDocument::fromJson(reply.body).object().contains(QLatin1String("detail")))
        return std::nullopt;
    const QJsonObject answer = objectOf(reply);
    const QJsonValue paid = answer.value(QLatin1String("paid"));
    if (!paid.isBool())
        throw noSense(QStringLiteral("a payment that is neither paid nor not"));
    const QJsonObject details = answer.value(QLatin1String("details")).toObject();
    const std::int64_t amount = wholeNumber(details.value(QLatin1String("amount"))).value_or(0);
    const QString hash = details.value(QLatin1String("payment_hash")).toString();
    const bool isOurs = amount != 0 && (hash.isEmpty() || hash == paymentHash.text());

    WalletPayment payment;
    if (isOurs) {
        payment.outgoing = amount < 0;
        payment.amount = absolute(amount);
        payment.internal =
            payment.outgoing &&
            details.value(QLatin1String("checking_id")).toString().startsWith(QLatin1String("internal_"));
    }
    if (paid.toBool()) {
        if (isOurs) {
            payment.state = State::Paid;
            payment.fee = feeOf(details);
        } else {
            log::warning("wallet", QStringLiteral("LNbits says paid, but not how much"),
                         {{"payment_hash", paymentHash.text()}});
        }
        return payment;
    }
    const bool failed = answer.value(QLatin1String("status")) == QLatin1String("failed") ||
                        details.value(QLatin1String("status")) == QLatin1String("failed");
    payment.state = failed ? State::Failed : State::Pending;
    return payment;
}

Msat readBalance(const LnbitsReply &reply)
{
    const auto balance = wholeNumber(objectOf(reply).value(QLatin1String("balance")));
    if (!balance)
        throw noSense(QStringLiteral("no balance"));
    return Msat(*balance);
}

PayOutcome readPayOutcome(const LnbitsReply &reply, const Bolt11 &invoice)
{
    if (reply.stopped)
        return unknown(QStringLiteral("The wallet is stopping."));
    if (reply.status == 200 || reply.status == 201)
        return readAccepted(QJsonDocument::fromJson(reply.body).object(), invoice);
    const QString detail = detailOf(reply);
    log::warning("wallet", QStringLiteral("LNbits did not pay"),
                 {{"status", QString::number(reply.status)},
                  {"problem", reply.problem},
                  {"payment_hash", invoice.paymentHash.text()}});
    if (reply.status == 0)
        return unknown(QStringLiteral("LNbits did not answer (%1).").arg(reply.problem));
    const QString reason = detail.isEmpty()
                               ? QStringLiteral("LNbits answered with status %1.").arg(reply.status)
                               : QStringLiteral("LNbits: %1").arg(safeText(detail, maximumReason));
    static constexpr std::array turnedAway{400, 401, 403, 404, 405, 422};
    const bool refused = std::find(turnedAway.begin(), turnedAway.end(), reply.status) != turnedAway.end() &&
                         !speaksOfAnEarlierOne(reply.body);
    return {refused ? Kind::Refused : Kind::Unknown, {}, reason};
}

} // namespace tower::lnbits
