// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/receipts/Scoring.h"

namespace tower::test {

inline constexpr Millis now = days(20'000);
inline const ScoreHeuristics usual;
inline const ReceiptCheck yes = [](const Receipt &) { return true; };

/// Npubs are opaque to the scorer, so here they are names.
inline Receipt of(const QByteArray &provider, const QByteArray &consumer, double flag = 1)
{
    Receipt out;
    out.providerNpub = provider;
    out.consumerNpub = consumer;
    out.successFlag = flag;
    out.durationDelivered = 1'800;
    out.consumerSignature = out.providerCoSignature = "signed";
    return out;
}

inline std::vector<Receipt> times(int count, const Receipt &receipt)
{
    return std::vector<Receipt>(static_cast<std::size_t>(count), receipt);
}

inline ConsumersSeen longAgo(const std::vector<Receipt> &receipts)
{
    ConsumersSeen out;
    for (const Receipt &receipt : receipts)
        out.insert(receipt.consumerNpub, Millis(0));
    return out;
}

inline double scoreOf(const QByteArray &provider, const std::vector<Receipt> &receipts,
                      const ReceiptCheck &signatures = yes, const ReceiptCheck &proofs = yes)
{
    return scoreProvider(provider, receipts, longAgo(receipts), now, usual, signatures, proofs);
}

} // namespace tower::test
