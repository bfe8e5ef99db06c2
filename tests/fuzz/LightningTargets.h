// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/lightning/Bolt11.h"
#include "core/lightning/Bolt11Parts.h"
#include "core/lightning/Lnurl.h"
#include "core/lightning/Macaroon.h"
#include "tests/fuzz/Must.h"

#include <QUrlQuery>

/// What the fuzzers run, and what the suite runs again over the kept corpus: each takes any bytes and aborts
/// when something that must always hold does not.
namespace tower::fuzz {

inline SecretKey nodeKey()
{
    return *SecretKey::fromBytes(QByteArray(32, 7));
}

inline void readInvoice(const QString &text)
{
    Bolt11 invoice;
    try {
        invoice = decodeBolt11(text);
    } catch (const ServiceError &error) {
        must(error.kind() == ErrorKind::BadRequest && error.code() == "invalid_invoice",
             "a bad invoice is a bad request");
        return;
    }
    must(!invoice.amount || (*invoice.amount > Msat(0) && invoice.amount->value() <= bolt11::maximumMsat),
         "an amount is possible");
    must(invoice.expiresAt() >= invoice.createdAt, "it does not expire before it was made");
    must(invoice.payee.size() == 33 && (invoice.payee[0] == 2 || invoice.payee[0] == 3), "a payee");
    must(!invoice.descriptionHash || invoice.description.isEmpty(), "a description or its hash");
    if (invoice.expiry < seconds(1))
        return;
    const Bolt11Draft draft{invoice.network,         invoice.amount.value_or(Msat(0)),
                            invoice.createdAt,       invoice.expiry,
                            invoice.paymentHash,     invoice.description,
                            invoice.descriptionHash, invoice.paymentSecret};
    const Bolt11 again = decodeBolt11(encodeBolt11(draft, nodeKey()));
    must(again.network == invoice.network && again.amount == invoice.amount &&
             again.createdAt == invoice.createdAt && again.expiry == invoice.expiry &&
             again.paymentHash == invoice.paymentHash && again.description == invoice.description &&
             again.descriptionHash == invoice.descriptionHash && again.paymentSecret == invoice.paymentSecret,
         "written again it says the same");
}

inline void bolt11(QByteArrayView input)
{
    readInvoice(QString::fromUtf8(input));
    // Checksum and signature keep most inputs out, so what it says is also signed rightly: the prefix up to
    // the first line break, then the data.
    const qsizetype separator = input.indexOf('\n');
    if (separator < 1 || separator > 80 || input.size() > 3'000)
        return;
    QByteArray hrp = input.first(separator).toByteArray();
    QByteArray groups = input.sliced(separator + 1).toByteArray();
    for (char &c : hrp)
        c = static_cast<char>(c >= 33 && c < 127 ? c | 0x20 : 'b');
    for (char &group : groups)
        group &= 31;
    readInvoice(QString::fromLatin1(bolt11::signedText(hrp, groups, nodeKey())));
}

inline void macaroon(QByteArrayView input)
{
    const QByteArray asText = input.toByteArray().toBase64(QByteArray::Base64UrlEncoding);
    for (const QByteArrayView text : {input, QByteArrayView(asText)}) {
        auto read = Macaroon::decode(text);
        if (!read)
            continue;
        const auto again = Macaroon::decode(read->encode());
        must(again.has_value(), "what was written can be read");
        must(again->encode() == read->encode() && again->identifier() == read->identifier() &&
                 again->location() == read->location() && again->caveats() == read->caveats(),
             "and is the same");
        must(!read->isSignedBy("a key that nobody used"), "it is not ours");
        read->add("narrower");
        must(read->caveats().back() == "narrower", "it can be narrowed");
    }
}

/// Reads an answer of a service; one that can't be read is the service's fault.
template <class Read>
void readLnurl(Read read)
{
    try {
        read();
    } catch (const ServiceError &error) {
        must(error.kind() == ErrorKind::Upstream && error.code() == "lnurl_failed",
             "it is the service's fault");
        must(error.message().size() < 300, "a service does not fill the log");
    }
}

inline void lnurl(QByteArrayView input)
{
    readLnurl([&] {
        const LnurlOffer offer = readLnurlOffer(input);
        must(offer.least >= Msat(1) && offer.most >= offer.least && offer.commentAllowed >= 0, "limits");
        must(!offer.callback.host().isEmpty() && offer.callback.scheme().startsWith(u"http"), "a callback");
        LnurlOrder order;
        order.amount = offer.most;
        order.zapRequest = QString::fromUtf8(input).toUtf8();
        const QUrl url = lnurlOrderUrl(offer, order);
        must(url.isValid() && url.host() == offer.callback.host(), "an order goes to the callback");
        const QUrlQuery query(url);
        must(query.allQueryItemValues("nostr", QUrl::FullyDecoded).last().toUtf8() == order.zapRequest,
             "a zap request arrives whole");
    });
    readLnurl([&] { must(!readLnurlInvoice(input).isEmpty(), "an invoice"); });
    must(readLnurlError(input).value_or(QString()).size() <= 200, "a reason is short");
}

} // namespace tower::fuzz
