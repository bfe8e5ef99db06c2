// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/CoSigner.h"

#include "core/base/Error.h"
#include "core/nostr/Nip19.h"
#include "core/receipts/PaymentProof.h"

#include <algorithm>
#include <variant>

namespace tower {

namespace {

ServiceError mismatch(const char *field, const QString &sentence)
{
    return badRequest(field, sentence, "lease_mismatch");
}

void checkPayment(const PaymentProofText &text, const PaymentHash &paymentHash)
{
    if (text.mintUrl != QLatin1String("lightning:"))
        throw mismatch("payment_proof.mint_url", QStringLiteral("This lease was paid for over Lightning."));
    const PaymentProof proof = readPaymentProof(text);
    const auto *lightning = std::get_if<LightningProof>(&proof);
    if (!lightning || lightning->paymentHash != paymentHash)
        throw mismatch("payment_proof.swap_response_signature",
                       QStringLiteral("The payment proof is not of this lease's invoice."));
}

} // namespace

CoSigner::CoSigner(Database &database, const Clock &clock, const TimmyIdentity &timmy)
    : m_clock(clock)
    , m_timmy(timmy)
    , m_jobs(database, {})
{
}

bool CoSigner::isAsked(const Receipt &receipt) const
{
    return receipt.providerCoSignature.isEmpty() && receipt.providerNpub == m_timmy.npub();
}

QByteArray CoSigner::sign(const Receipt &receipt)
{
    const std::optional<BootstrapJob> job = m_jobs.find(receipt.leaseId);
    if (!job)
        throw badRequest("lease_id", QStringLiteral("Timmy has had no lease with this id."), "lease_unknown");
    check(receipt, *job);
    const std::array<std::uint8_t, 64> signature = m_timmy.signDigest(receipt.digest());
    return QByteArray(reinterpret_cast<const char *>(signature.data()),
                      static_cast<qsizetype>(signature.size()))
        .toHex();
}

std::int64_t CoSigner::delivered(const BootstrapJob &job) const
{
    const std::int64_t lease = job.leaseSecs;
    if (!job.paidAt || !job.readyAt)
        return 0;
    Millis end = std::min(m_clock.now(), *job.paidAt + seconds(lease));
    if (job.destroyedAt)
        end = std::min(end, *job.destroyedAt);
    const std::int64_t passed = std::max(Millis(0), end - *job.readyAt).value();
    return std::min((passed + 999) / 1'000 + clockSkewSecs, lease);
}

void CoSigner::check(const Receipt &receipt, const BootstrapJob &job) const
{
    if (job.state != BootstrapState::Ready)
        throw mismatch("lease_id", QStringLiteral("This lease has not been delivered."));
    if (!job.pubkey || toNpub(*job.pubkey) != receipt.consumerNpub)
        throw mismatch("consumer_npub", QStringLiteral("This lease was not ordered with this key."));
    // The receipt is published, and the id in it opens what is said of the node.
    if (!job.ownKey && !job.keyDeliveredAt)
        throw mismatch("lease_id",
                       QStringLiteral("Read the node's private key first: a receipt makes its id public."));
    if (receipt.durationPaid != job.leaseSecs)
        throw mismatch("duration_paid",
                       QStringLiteral("This lease was paid for %1 seconds.").arg(job.leaseSecs));
    const std::int64_t most = delivered(job);
    if (receipt.durationDelivered < 0 || receipt.durationDelivered > most)
        throw mismatch("duration_delivered",
                       QStringLiteral("Of this lease at most %1 seconds are delivered.").arg(most));
    checkPayment(receipt.paymentProof, job.paymentHash);
}

} // namespace tower
