// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/WorkShapes.h"

#include "core/api/Shapes.h"
#include "core/nostr/Nip19.h"

namespace tower {

namespace {

QJsonObject costLedger(const WorkCost &cost, Sats absorbed, Sats refund,
                       const std::optional<RefundState> &refundState)
{
    return {{QStringLiteral("actualInputTokens"), jsonNumber(cost.inputTokens)},
            {QStringLiteral("actualOutputTokens"), jsonNumber(cost.outputTokens)},
            {QStringLiteral("totalTokens"), jsonNumber(cost.inputTokens + cost.outputTokens)},
            {QStringLiteral("actualCostUsd"), jsonUsd(cost.cost)},
            {QStringLiteral("actualAmountSats"), jsonNumber(cost.amount)},
            {QStringLiteral("refundAmountSats"), jsonNumber(refund)},
            {QStringLiteral("refundState"), textOrNull(refundState ? toText(*refundState) : QString())},
            {QStringLiteral("absorbedSats"), jsonNumber(absorbed)}};
}

QJsonObject owed(Sats amount, RefundState state)
{
    return {{QStringLiteral("amountSats"), jsonNumber(amount)}, {QStringLiteral("state"), toText(state)}};
}

QJsonObject flow(const PoolFlow &flow)
{
    return {{QStringLiteral("today"), jsonNumber(flow.today)},
            {QStringLiteral("sevenDays"), jsonNumber(flow.week)},
            {QStringLiteral("ever"), jsonNumber(flow.ever)}};
}

void insertOwner(QJsonObject &out, const std::optional<PubKey> &key)
{
    out.insert(QStringLiteral("pubkey"), textOrNull(key ? key->text() : QString()));
    out.insert(QStringLiteral("npub"), textOrNull(key ? QString::fromLatin1(toNpub(*key)) : QString()));
}

void insertText(QJsonObject &out, const QString &name, const QString &text)
{
    if (!text.isEmpty())
        out.insert(name, text);
}

} // namespace

QJsonValue jsonUsd(MicroUsd amount)
{
    return QJsonValue(static_cast<double>(amount.value()) / 1e6);
}

QJsonObject toJson(const Quote &quote)
{
    return {{QStringLiteral("estimatedCostUsd"), jsonUsd(quote.estimate.cost)},
            {QStringLiteral("marginPct"), jsonNumber(quote.marginPct)},
            {QStringLiteral("btcPriceUsd"), jsonUsd(quote.price.usd)},
            {QStringLiteral("btcPriceSource"), toText(quote.price.origin)},
            {QStringLiteral("estimatedInputTokens"), jsonNumber(quote.estimate.inputTokens)},
            {QStringLiteral("estimatedOutputTokens"), jsonNumber(quote.estimate.outputTokens)},
            {QStringLiteral("amountSats"), jsonNumber(quote.sats)}};
}

QJsonObject toJson(const Invoice &invoice)
{
    QJsonObject out{{QStringLiteral("paymentRequest"), invoice.paymentRequest},
                    {QStringLiteral("amountSats"), jsonNumber(invoice.amount)}};
    if (invoice.simulated)
        out.insert(QStringLiteral("paymentHash"), invoice.paymentHash.text());
    return out;
}

QJsonObject toJson(const PoolStatus &status)
{
    QJsonObject budgets;
    for (const auto &[tier, sats] : status.dailyBudgets)
        budgets.insert(toText(tier), jsonNumber(sats));
    return {{QStringLiteral("balanceSats"), jsonNumber(status.balance)},
            {QStringLiteral("reservedSats"), jsonNumber(status.reserved)},
            {QStringLiteral("creditedSats"), flow(status.credited)},
            {QStringLiteral("absorbedSats"), flow(status.absorbed)},
            {QStringLiteral("grantsToday"), jsonNumber(status.grantsToday)},
            {QStringLiteral("dailyBudgets"), budgets},
            {QStringLiteral("daysLeft"), status.daysLeft ? jsonNumber(*status.daysLeft) : QJsonValue::Null}};
}

QJsonObject toJson(const FreeTierGrant &grant)
{
    return {{QStringLiteral("id"), grant.id},
            {QStringLiteral("at"), toIso(grant.at)},
            {QStringLiteral("pubkey"), grant.pubkey.text()},
            {QStringLiteral("npub"), QString::fromLatin1(toNpub(grant.pubkey))},
            {QStringLiteral("requestHash"), grant.requestHash},
            {QStringLiteral("ref"), grant.ref},
            {QStringLiteral("sats"), jsonNumber(grant.sats)},
            {QStringLiteral("poolBefore"), jsonNumber(grant.poolBefore)},
            {QStringLiteral("poolAfter"), jsonNumber(grant.poolAfter)}};
}

Tier WorkShape::tierOf(const std::optional<PubKey> &key)
{
    if (!key)
        return Tier::Anonymous;
    const std::optional<Identity> identity = m_services.identities.find(*key);
    return identity ? identity->tier : Tier::New;
}

QJsonObject WorkShape::job(const Job &job)
{
    QJsonObject out{{QStringLiteral("id"), job.id},
                    {QStringLiteral("jobId"), job.id},
                    {QStringLiteral("state"), toText(job.state)},
                    {QStringLiteral("free_tier"), job.freeTier},
                    {QStringLiteral("absorbed_sats"), jsonNumber(job.absorbed)},
                    {QStringLiteral("trust_tier"), toText(tierOf(job.pubkey))},
                    {QStringLiteral("stubMode"), m_services.stubMode()},
                    {QStringLiteral("createdAt"), toIso(job.createdAt)},
                    {QStringLiteral("finishedAt"), isoOrNull(job.finishedAt)}};
    if (const std::optional<Invoice> open = m_services.jobs.openInvoice(job)) {
        const bool isEval = open->purpose == InvoicePurpose::Eval;
        out.insert(isEval ? QStringLiteral("evalInvoice") : QStringLiteral("workInvoice"), toJson(*open));
    }
    if (job.quote)
        out.insert(QStringLiteral("pricingBreakdown"), toJson(*job.quote));
    if (job.actual)
        out.insert(QStringLiteral("costLedger"),
                   costLedger(*job.actual, job.absorbed, job.refundAmount, job.refundState));
    if (job.state == JobState::Complete)
        out.insert(QStringLiteral("result"), job.result);
    insertText(out, QStringLiteral("reason"), job.reason);
    insertText(out, QStringLiteral("errorMessage"), job.error);
    if (job.refundState)
        out.insert(QStringLiteral("refund"), owed(job.refundAmount, *job.refundState));
    return out;
}

QJsonObject WorkShape::session(const Session &session)
{
    QJsonObject out{{QStringLiteral("id"), session.id},
                    {QStringLiteral("sessionId"), session.id},
                    {QStringLiteral("state"), toText(session.state)},
                    {QStringLiteral("balanceSats"), jsonNumber(session.balance)},
                    {QStringLiteral("reservedSats"), jsonNumber(session.reserved)},
                    {QStringLiteral("requests"), jsonNumber(session.requestCount)},
                    {QStringLiteral("trust_tier"), toText(tierOf(session.pubkey))},
                    {QStringLiteral("stubMode"), m_services.stubMode()},
                    {QStringLiteral("createdAt"), toIso(session.createdAt)},
                    {QStringLiteral("expiresAt"), toIso(session.expiresAt)}};
    if (const std::optional<Invoice> open = m_services.sessions.openInvoice(session)) {
        const bool isDeposit = open->purpose == InvoicePurpose::Deposit;
        out.insert(isDeposit ? QStringLiteral("invoice") : QStringLiteral("topupInvoice"), toJson(*open));
    }
    insertText(out, QStringLiteral("macaroon"), QString::fromLatin1(m_services.sessions.macaroon(session)));
    if (const auto refund = m_services.refunds.owed(RefundOwner::Session, session.id))
        out.insert(QStringLiteral("refund"), owed(refund->amount, refund->state));
    return out;
}

QJsonObject WorkShape::answer(const Sessions::Answer &answer)
{
    const SessionRequest &request = answer.request;
    QJsonObject out{
        {QStringLiteral("requestId"), request.id},
        {QStringLiteral("sessionId"), request.sessionId},
        {QStringLiteral("state"), toText(request.state)},
        {QStringLiteral("result"),
         request.state == RequestState::Complete ? QJsonValue(request.result) : QJsonValue::Null},
        {QStringLiteral("debitedSats"), jsonNumber(request.debited)},
        {QStringLiteral("balanceRemaining"), jsonNumber(request.balanceAfter)},
        {QStringLiteral("free_tier"), request.freeTier},
        {QStringLiteral("absorbed_sats"), jsonNumber(request.absorbed)},
        {QStringLiteral("costLedger"), costLedger(request.actual, request.absorbed, Sats(), std::nullopt)},
        {QStringLiteral("trust_tier"), toText(tierOf(answer.session.pubkey))},
        {QStringLiteral("stubMode"), m_services.stubMode()},
        {QStringLiteral("createdAt"), toIso(request.createdAt)}};
    insertText(out, QStringLiteral("reason"), request.reason);
    insertText(out, QStringLiteral("errorMessage"), request.error);
    return out;
}

QJsonObject WorkShape::adminJob(const Job &job)
{
    QJsonObject out = WorkShape::job(job);
    insertOwner(out, job.pubkey);
    out.insert(QStringLiteral("request"), job.request);
    return out;
}

QJsonObject WorkShape::adminSession(const Session &session)
{
    QJsonObject out = WorkShape::session(session);
    insertOwner(out, session.pubkey);
    out.insert(QStringLiteral("depositedSats"), jsonNumber(session.deposited));
    out.insert(QStringLiteral("debitedSats"), jsonNumber(session.debited));
    return out;
}

} // namespace tower
