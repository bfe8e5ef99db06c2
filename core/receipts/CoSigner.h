// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/nodes/BootstrapStore.h"
#include "core/publish/TimmyIdentity.h"
#include "core/receipts/Receipt.h"

namespace tower {

/// Signs as the provider of the tower's own nodes, where the lease is the order of a node: what the consumer
/// says must be what the order says. Core thread.
class CoSigner
{
public:
    CoSigner(Database &database, const Clock &clock, const TimmyIdentity &timmy);

    /// The receipt names Timmy as the provider, who has not signed it yet.
    [[nodiscard]] bool isAsked(const Receipt &receipt) const;
    /// Timmy's signature, in hex, always the same for the same receipt. Whether the consumer's own holds is
    /// the caller's to see. Throws badRequest: "lease_unknown" when there is no such order, "lease_mismatch"
    /// with the field that does not match it, "bad_payment_proof".
    [[nodiscard]] QByteArray sign(const Receipt &receipt);

    /// The longest delivery that a receipt may claim now, in whole seconds: from when the node was ready, to
    /// now, its end, or that of what was paid for, whichever came first.
    [[nodiscard]] std::int64_t delivered(const BootstrapJob &job) const;
    /// A consumer's clock may be ahead of ours.
    static constexpr std::int64_t clockSkewSecs = 60;

private:
    void check(const Receipt &receipt, const BootstrapJob &job) const;

    const Clock &m_clock;
    const TimmyIdentity &m_timmy;
    BootstrapStore m_jobs;
};

} // namespace tower
