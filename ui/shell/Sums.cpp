// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/Sums.h"

namespace tower {

namespace {

Sats ownCostOf(const WorkCost &cost, ModelUse use, const BtcPrice &price, const Pricing &pricing)
{
    return Pricing::usdToSats(pricing.ownCost(cost.inputTokens, cost.outputTokens, use), price.usd);
}

/// Walks all pages, until `take` wants no more.
template <class Row>
void walk(const std::function<Page<Row>(const PageRequest &)> &list, const std::function<bool()> &cancelled,
          const std::function<bool(const Row &)> &take)
{
    PageRequest request{PageRequest::maximumLimit, {}};
    do {
        if (cancelled && cancelled())
            return;
        const Page<Row> page = list(request);
        for (const Row &row : page.items) {
            if (!take(row))
                return;
        }
        request.cursor = page.nextCursor;
    } while (!request.cursor.isEmpty());
}

bool isIncome(const QString &kind)
{
    return kind == QLatin1String("eval_paid") || kind == QLatin1String("work_kept") ||
           kind == QLatin1String("request") || kind == QLatin1String("node_ready");
}

} // namespace

std::optional<WorkMargin> marginOf(const Job &job, const Pricing &pricing)
{
    if (!job.actual || !job.quote)
        return std::nullopt;
    return WorkMargin{job.kept + job.absorbed,
                      ownCostOf(*job.actual, ModelUse::Work, job.quote->price, pricing)};
}

std::optional<WorkMargin> marginOf(const SessionRequest &request, const Pricing &pricing)
{
    if (request.state == RequestState::Running || request.actual.inputTokens == 0)
        return std::nullopt;
    const ModelUse use = request.state == RequestState::Rejected ? ModelUse::Evaluate : ModelUse::Work;
    return WorkMargin{request.debited + request.absorbed,
                      ownCostOf(request.actual, use, request.quote.price, pricing)};
}

WorkTotals totalsOf(const std::function<Page<Job>(const PageRequest &)> &list, const Pricing &pricing,
                    Millis since, const std::function<bool()> &cancelled)
{
    WorkTotals out;
    walk<Job>(list, cancelled, [&](const Job &job) {
        if (job.createdAt < since)
            return false;
        if (const auto margin = marginOf(job, pricing)) {
            ++out.finished;
            out.margin.earned += margin->earned;
            out.margin.ownCost += margin->ownCost;
        }
        return true;
    });
    return out;
}

Sats earnedSince(Ledger &ledger, Millis since, const std::function<bool()> &cancelled)
{
    Sats out;
    LedgerFilter filter;
    filter.account = Account::revenue().name();
    filter.since = since;
    walk<LedgerRow>([&](const PageRequest &page) { return ledger.list(filter, page); }, cancelled,
                    [&out](const LedgerRow &row) {
                        if (isIncome(row.movement.kind))
                            out += row.movement.sats;
                        if (row.movement.kind == QLatin1String("eval_refund_due"))
                            out -= row.movement.sats;
                        return true;
                    });
    return out;
}

Millis startOfDay(Millis now)
{
    return now - Millis(now.value() % days(1).value());
}

} // namespace tower
