// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Event.h"
#include "core/publish/TimmyIdentity.h"

#include <QStringList>

namespace tower {

inline constexpr int zapRequestKind = 9'734;
inline constexpr int zapReceiptKind = 9'735;

/// NIP-57: what a zap says.
struct ZapOffer
{
    PubKey recipient;
    Sats amount;
    QByteArray lnurl;   ///< of the recipient's service, "lnurl1..."
    QStringList relays; ///< where the receipt is to be sent
    QString comment;
    QString reference; ///< our zap's id: two zaps of one moment are two requests
};

/// The zap request (kind 9734), to be signed.
EventTemplate zapRequest(const ZapOffer &offer);

/// What a receipt must agree with.
struct ZapFacts
{
    PubKey receiptKey; ///< nostrPubkey of the recipient's service
    Event request;
    PaymentHash paymentHash;
};

/// Why an event is no receipt (kind 9735) of that zap by NIP-57, appendix F; "" when it is one. A receipt
/// says that the recipient's service has seen the payment; it does not prove one.
QString zapReceiptProblem(const Event &receipt, const ZapFacts &zap);
/// The payment that a receipt says it is for; nullopt when it does not say.
std::optional<PaymentHash> paymentHashOf(const Event &receipt);

} // namespace tower
