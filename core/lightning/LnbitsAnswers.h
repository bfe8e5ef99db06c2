// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/LnbitsClient.h"
#include "core/lightning/Wallet.h"

#include <optional>

namespace tower {

/// What LNbits' answers mean (1.5; `payment_request` instead of `bolt11` before 1.0). Each throws
/// ServiceError "wallet_unavailable" for an answer that is none, "wallet_stopped" when the client was
/// stopped.
namespace lnbits {

/// POST /payments with out = false.
WalletInvoice readInvoice(const LnbitsReply &reply);
/// GET /payments/{hash}. Paid only with `details` that say how much: they come with the owning key alone, and
/// without them anybody's invoice could be meant. Of a payment between wallets of the same LNbits it tells
/// the outgoing side alone, whose checking_id says so.
std::optional<WalletPayment> readPayment(const LnbitsReply &reply, const PaymentHash &paymentHash);
/// GET /wallet.
Msat readBalance(const LnbitsReply &reply);
/// POST /payments with out = true, for this invoice. Never throws. "failed" is provisional there (the node
/// may still pay), so that it counts as unknown; refused is only what LNbits turned away before it tried.
PayOutcome readPayOutcome(const LnbitsReply &reply, const Bolt11 &invoice);

} // namespace lnbits

} // namespace tower
