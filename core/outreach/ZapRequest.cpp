// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/ZapRequest.h"

#include "core/base/Error.h"
#include "core/lightning/Bolt11.h"

#include <algorithm>

namespace tower {

namespace {

std::optional<Bolt11> invoiceOf(const Event &receipt)
{
    const std::optional<QByteArray> text = receipt.tag("bolt11");
    if (!text)
        return std::nullopt;
    try {
        return decodeBolt11(QString::fromUtf8(*text));
    } catch (const ServiceError &) {
        return std::nullopt;
    }
}

qsizetype countTags(const Event &event, QByteArrayView name)
{
    return std::count_if(event.tags.begin(), event.tags.end(), [name](const std::vector<QByteArray> &tag) {
        return !tag.empty() && tag.front() == name;
    });
}

} // namespace

EventTemplate zapRequest(const ZapOffer &offer)
{
    std::vector<QByteArray> relays{"relays"};
    for (const QString &relay : offer.relays)
        relays.push_back(relay.toUtf8());
    EventTemplate request;
    request.kind = zapRequestKind;
    request.tags = {relays,
                    {"amount", QByteArray::number(static_cast<qint64>(toMsat(offer.amount).value()))},
                    {"lnurl", offer.lnurl},
                    {"p", offer.recipient.hex()},
                    {"ref", offer.reference.toUtf8()}};
    request.content = offer.comment.toUtf8();
    return request;
}

std::optional<PaymentHash> paymentHashOf(const Event &receipt)
{
    const std::optional<Bolt11> invoice = invoiceOf(receipt);
    return invoice ? std::make_optional(invoice->paymentHash) : std::nullopt;
}

QString zapReceiptProblem(const Event &receipt, const ZapFacts &zap)
{
    if (receipt.kind != zapReceiptKind)
        return QStringLiteral("It is not of kind 9735.");
    if (const QByteArray problem = checkEvent(receipt); !problem.isEmpty())
        return QStringLiteral("It is no valid event: %1.").arg(QString::fromUtf8(problem));
    if (receipt.pubkey != zap.receiptKey)
        return QStringLiteral("The recipient's service has not signed it.");
    if (countTags(receipt, "p") != 1 || receipt.tag("p") != zap.request.tag("p"))
        return QStringLiteral("It is for another recipient.");
    // The request inside is the very one that was sent, so that all it says (lnurl, relays, comment) agrees.
    const std::optional<QByteArray> described = receipt.tag("description");
    const EventParse inside = parseEvent(QByteArrayView(described.value_or(QByteArray())));
    if (!inside.event || inside.event->id != zap.request.id || !checkEvent(*inside.event).isEmpty())
        return QStringLiteral("It is about another zap request.");
    const std::optional<Bolt11> invoice = invoiceOf(receipt);
    if (!invoice || invoice->paymentHash != zap.paymentHash)
        return QStringLiteral("It is about another invoice.");
    const std::optional<QByteArray> asked = zap.request.tag("amount");
    if (!invoice->amount || QByteArray::number(static_cast<qint64>(invoice->amount->value())) != asked)
        return QStringLiteral("Its amount is not the zap request's.");
    return {};
}

} // namespace tower
