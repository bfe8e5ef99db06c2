// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/RefundStore.h"

#include "core/base/Error.h"
#include "core/store/KeysetQuery.h"

namespace tower {

namespace {

constexpr std::string_view columns =
    "account, owner_kind, owner_id, amount_sats, state, intent_id, created_at, paid_at";

const std::string select = "SELECT " + std::string(columns) + " FROM refunds ";
const std::string selectOne = select + "WHERE account = ?";
const std::string selectOfOwner =
    select + "WHERE owner_kind = ? AND owner_id = ? ORDER BY created_at, account";

RefundOwner ownerFrom(const QString &text)
{
    for (const RefundOwner kind : {RefundOwner::Job, RefundOwner::Session, RefundOwner::Node}) {
        if (toText(kind) == text)
            return kind;
    }
    throw internalError(QStringLiteral("A refund has the unknown owner %1.").arg(text));
}

RefundState stateFrom(const QString &text)
{
    for (const RefundState state : {RefundState::Pending, RefundState::Paying, RefundState::Paid}) {
        if (toText(state) == text)
            return state;
    }
    throw internalError(QStringLiteral("A refund has the unknown state %1.").arg(text));
}

Refund refundFrom(const Row &row)
{
    return {.account = Account::parse(row.text("account")),
            .ownerKind = ownerFrom(row.text("owner_kind")),
            .ownerId = row.text("owner_id"),
            .amount = row.sats("amount_sats"),
            .state = stateFrom(row.text("state")),
            .intentId = row.text("intent_id"),
            .createdAt = row.millis("created_at"),
            .paidAt = row.optionalMillis("paid_at")};
}

} // namespace

QString toText(RefundOwner kind)
{
    switch (kind) {
    case RefundOwner::Job:
        return QStringLiteral("job");
    case RefundOwner::Session:
        return QStringLiteral("session");
    case RefundOwner::Node:
        break;
    }
    return QStringLiteral("node");
}

QString toText(RefundState state)
{
    switch (state) {
    case RefundState::Pending:
        return QStringLiteral("pending");
    case RefundState::Paying:
        return QStringLiteral("paying");
    case RefundState::Paid:
        break;
    }
    return QStringLiteral("paid");
}

bool RefundStore::insert(Transaction &transaction, const Refund &refund)
{
    const bool inserted =
        transaction.database().execute(R"(
        INSERT INTO refunds (account, owner_kind, owner_id, amount_sats, state, created_at)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account) DO NOTHING)",
                                       {refund.account.name(), toText(refund.ownerKind), refund.ownerId,
                                        refund.amount, toText(refund.state), refund.createdAt}) == 1;
    if (inserted)
        transaction.changed("refund", refund.account.name());
    return inserted;
}

std::optional<Refund> RefundStore::find(const Account &account)
{
    return m_database.one(selectOne, {account.name()}, refundFrom);
}

std::vector<Refund> RefundStore::of(RefundOwner kind, const QString &ownerId)
{
    return m_database.all(selectOfOwner, {toText(kind), ownerId}, refundFrom);
}

Page<Refund> RefundStore::list(const RefundFilter &filter, const PageRequest &page)
{
    KeysetQuery query(columns, "refunds", "account");
    if (filter.state)
        query.where("state = ?", {toText(*filter.state)});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, refundFrom);
}

bool RefundStore::begin(Transaction &transaction, const Account &account)
{
    const bool begun = transaction.database().execute(
                           "UPDATE refunds SET state = 'paying' WHERE account = ? AND state = 'pending'",
                           {account.name()}) == 1;
    if (begun)
        transaction.changed("refund", account.name());
    return begun;
}

void RefundStore::setIntent(Transaction &transaction, const Account &account, const QString &intentId)
{
    transaction.database().execute("UPDATE refunds SET intent_id = ? WHERE account = ?",
                                   {intentId, account.name()});
}

bool RefundStore::end(Transaction &transaction, const Account &account, const QString &intentId,
                      RefundState to, Millis now)
{
    const bool ended = transaction.database().execute(
                           R"(
        UPDATE refunds SET state = ?, paid_at = ? WHERE account = ? AND intent_id = ? AND state = 'paying')",
                           {toText(to), to == RefundState::Paid ? Bind(now) : Bind(std::nullopt),
                            account.name(), intentId}) == 1;
    if (ended)
        transaction.changed("refund", account.name());
    return ended;
}

} // namespace tower
