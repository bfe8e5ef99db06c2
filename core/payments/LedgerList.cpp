// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/payments/Ledger.h"
#include "core/store/KeysetQuery.h"

#include <limits>

namespace tower {

namespace {

constexpr auto columns = "id, at, debit, credit, sats, kind, ref, unique_key";

LedgerRow rowFrom(const Row &row)
{
    return {row.integer("id"), row.millis("at"),
            Movement{Account::parse(row.text("debit")), Account::parse(row.text("credit")), row.sats("sats"),
                     row.text("kind"), row.text("ref"), row.text("unique_key")}};
}

std::int64_t numberFrom(const QString &text)
{
    bool ok = false;
    const std::int64_t number = text.toLongLong(&ok);
    if (!ok)
        throw badRequest("cursor", QStringLiteral("This cursor does not belong to this list."),
                         "invalid_cursor");
    return number;
}

} // namespace

Page<LedgerRow> Ledger::list(const LedgerFilter &filter, const PageRequest &page)
{
    if (!filter.account.isEmpty())
        return listOfAccount(filter, page);
    KeysetQuery query(columns, "ledger", "id", KeysetQuery::Key::Integer);
    if (!filter.kind.isEmpty())
        query.where("kind = ?", {filter.kind});
    if (filter.since)
        query.where("at >= ?", {*filter.since});
    if (filter.until)
        query.where("at <= ?", {*filter.until});
    query.orderBy("at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, rowFrom);
}

/// The account's debits and its credits, each read in order by its own index, and merged. A condition with OR
/// would sort all of them for every page.
Page<LedgerRow> Ledger::listOfAccount(const LedgerFilter &filter, const PageRequest &page)
{
    if (page.limit < 1 || page.limit > PageRequest::maximumLimit)
        throw badRequest("limit", QStringLiteral("limit must be between 1 and 500."));
    const QString account = Account::parse(filter.account).name();
    constexpr std::int64_t farthest = std::numeric_limits<std::int64_t>::max();
    std::int64_t beforeAt = farthest;
    std::int64_t beforeId = farthest;
    if (!page.cursor.isEmpty()) {
        const Cursor cursor = Cursor::decode(page.cursor);
        beforeAt = numberFrom(cursor.key);
        beforeId = numberFrom(cursor.id);
    }
    const std::int64_t since = filter.since.value_or(Millis(0)).value();
    const std::int64_t until = filter.until.value_or(Millis(farthest)).value();

    Page<LedgerRow> out;
    const int wanted = page.limit + 1;
    out.items =
        m_database.all(R"(
        SELECT id, at, debit, credit, sats, kind, ref, unique_key FROM (
            SELECT * FROM (
                SELECT id, at, debit, credit, sats, kind, ref, unique_key FROM ledger
                WHERE debit = ? AND (at, id) < (?, ?) AND at >= ? AND at <= ? AND (? = '' OR kind = ?)
                ORDER BY at DESC, id DESC LIMIT ?) debits
            UNION ALL
            SELECT * FROM (
                SELECT id, at, debit, credit, sats, kind, ref, unique_key FROM ledger
                WHERE credit = ? AND (at, id) < (?, ?) AND at >= ? AND at <= ? AND (? = '' OR kind = ?)
                ORDER BY at DESC, id DESC LIMIT ?) credits
        ) merged ORDER BY at DESC, id DESC LIMIT ?)",
                       {account, beforeAt, beforeId, since, until, filter.kind, filter.kind, wanted, account,
                        beforeAt, beforeId, since, until, filter.kind, filter.kind, wanted, wanted},
                       rowFrom);
    if (out.items.size() == static_cast<std::size_t>(wanted)) {
        out.items.pop_back();
        const LedgerRow &last = out.items.back();
        out.nextCursor = Cursor{QString::number(last.at.value()), QString::number(last.id)}.encode();
    }
    const std::int64_t counted =
        m_database.number(R"(
        SELECT count(*) AS n FROM (
            SELECT 1 AS one FROM ledger WHERE debit = ? AND at >= ? AND at <= ? AND (? = '' OR kind = ?)
            UNION ALL
            SELECT 1 AS one FROM ledger WHERE credit = ? AND at >= ? AND at <= ? AND (? = '' OR kind = ?)
            LIMIT ?) counted)",
                          {account, since, until, filter.kind, filter.kind, account, since, until,
                           filter.kind, filter.kind, Page<int>::countLimit + 1});
    out.totalIsExact = counted <= Page<int>::countLimit;
    out.total = std::min(counted, Page<int>::countLimit);
    return out;
}

} // namespace tower
