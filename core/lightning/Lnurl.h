// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Types.h"

#include <QByteArray>
#include <QString>
#include <QUrl>

#include <optional>

/// What LNURL-pay says (LUD-06, LUD-12, LUD-16, NIP-57), without the network. All that comes from outside is
/// hostile: whatever is not as the documents have it throws "lnurl_failed" (Upstream) with a sentence for the
/// operator. Amounts are whole numbers, and written as such.
namespace tower {

struct LnurlOffer
{
    QUrl callback;
    Msat least;
    Msat most;
    std::int64_t commentAllowed = 0; ///< characters
    std::optional<PubKey> zapKey;    ///< takes zap requests, and signs their receipts with this key
};

struct LnurlOrder
{
    Msat amount;
    QString comment;       ///< "": none
    QByteArray zapRequest; ///< the JSON of a signed kind-9734 event; "": none
    QByteArray lnurl;      ///< beside a zap request
};

/// "lnurl_failed": the other side is at fault.
ServiceError lnurlFailed(const QString &message);

LnurlOffer readLnurlOffer(QByteArrayView json);
/// Why an amount is not taken; "" when it is.
QString lnurlLimitsProblem(const LnurlOffer &offer, Msat amount);
/// The BOLT 11 text that a callback gives, not looked into.
QString readLnurlInvoice(QByteArrayView json);
/// The reason of {"status": "ERROR", "reason"}, cut and without control characters; nullopt for anything
/// else.
std::optional<QString> readLnurlError(QByteArrayView json);

/// The URL of a lightning address as readLightningAddress() gives it. With `allowPrivate` one that no public
/// domain can be (an IP address, a name without a dot, a port) is asked over http.
QUrl lnurlOfAddress(const QString &address, bool allowPrivate);
/// LUD-01: bech32 of a URL, "lnurl1...", in lower case.
QByteArray toLnurl(const QUrl &url);
/// The callback with its parameters, each percent-encoded whole: of a zap request nothing may end the
/// parameter.
QUrl lnurlOrderUrl(const LnurlOffer &offer, const LnurlOrder &order);

} // namespace tower
