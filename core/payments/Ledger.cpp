// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Ledger.h"

#include "core/base/Error.h"

#include <limits>

namespace tower {

namespace {

/// What `sats` on the given side does to the balance on the account's normal side.
Sats effect(const Account &account, bool debited, Sats sats)
{
    return account.isDebitNormal() == debited ? sats : -sats;
}

void checkSufficient(const Account &account, Sats balance, Sats change)
{
    if (change > Sats(0)) {
        if (balance.value() > std::numeric_limits<std::int64_t>::max() - change.value())
            throw internalError(QStringLiteral("A balance would exceed what can be counted."));
        return;
    }
    if (!account.mayBeNegative() && balance + change < Sats(0))
        throw conflict(QStringLiteral("The account %1 holds %2 sats; %3 are needed.")
                           .arg(account.name())
                           .arg(balance.value())
                           .arg(-change.value()),
                       "insufficient_balance");
}

} // namespace

Ledger::Ledger(Database &database, const Clock &clock)
    : m_database(database)
    , m_clock(clock)
{
}

bool Ledger::post(Transaction &transaction, const Movement &movement)
{
    if (movement.sats <= Sats(0) || movement.debit == movement.credit || movement.uniqueKey.isEmpty())
        throw internalError(QStringLiteral("A movement needs sats above 0, two accounts and a key."));
    Database &database = transaction.database();
    const Account &debit = movement.debit;
    const Account &credit = movement.credit;

    // Both rows are locked in the order of their names, before anything is written: callers that cross each
    // other wait instead of deadlocking, and a movement that is refused leaves the transaction usable.
    const bool debitFirst = debit.name() < credit.name();
    const Sats first = lock(database, debitFirst ? debit : credit);
    const Sats second = lock(database, debitFirst ? credit : debit);
    if (has(movement.uniqueKey))
        return false;
    const Sats debitChange = effect(debit, true, movement.sats);
    const Sats creditChange = effect(credit, false, movement.sats);
    checkSufficient(debit, debitFirst ? first : second, debitChange);
    checkSufficient(credit, debitFirst ? second : first, creditChange);

    const int inserted = database.execute(R"(
        INSERT INTO ledger (at, debit, credit, sats, kind, ref, unique_key) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (unique_key) DO NOTHING)",
                                          {m_clock.now(), debit.name(), credit.name(), movement.sats,
                                           movement.kind, movement.ref, movement.uniqueKey});
    if (inserted == 0)
        return false;
    constexpr auto add = "UPDATE ledger_balances SET balance = balance + ? WHERE account = ?";
    database.execute(add, {debitChange, debit.name()});
    database.execute(add, {creditChange, credit.name()});
    transaction.changed("ledger", debit.name());
    transaction.changed("ledger", credit.name());
    return true;
}

Sats Ledger::lock(Database &database, const Account &account)
{
    const auto sql = database.engine() == Engine::Postgres
                         ? "SELECT balance FROM ledger_balances WHERE account = ? FOR UPDATE"
                         : "SELECT balance FROM ledger_balances WHERE account = ?";
    const auto read = [&] {
        return database.one(sql, {account.name()}, [](const Row &row) { return row.sats("balance"); });
    };
    if (const auto balance = read())
        return *balance;
    database.execute(
        "INSERT INTO ledger_balances (account, balance) VALUES (?, 0) ON CONFLICT (account) DO NOTHING",
        {account.name()});
    return read().value_or(Sats(0));
}

Sats Ledger::balance(const Account &account)
{
    return m_database
        .one("SELECT balance FROM ledger_balances WHERE account = ?", {account.name()},
             [](const Row &row) { return row.sats("balance"); })
        .value_or(Sats(0));
}

std::vector<AccountBalance> Ledger::balances(const QString &prefix, int limit)
{
    // Every account's name is ASCII: a name that begins with the prefix sorts before prefix + DEL.
    return m_database.all(R"(
        SELECT account, balance FROM ledger_balances
        WHERE account >= ? AND account < ? AND balance <> 0 ORDER BY account LIMIT ?)",
                          {prefix, prefix + QChar(0x7f), limit}, [](const Row &row) {
                              return AccountBalance{Account::parse(row.text("account")), row.sats("balance")};
                          });
}

bool Ledger::has(const QString &uniqueKey)
{
    return m_database.number("SELECT 1 AS n FROM ledger WHERE unique_key = ?", {uniqueKey}) == 1;
}

Sats Ledger::lockBalance(Transaction &transaction, const Account &account)
{
    return lock(transaction.database(), account);
}

std::int64_t Ledger::nextPoolAdjustment(Transaction &transaction)
{
    return nextNumber(transaction, "pool_adjust");
}

std::int64_t Ledger::nextCorrection(Transaction &transaction)
{
    return nextNumber(transaction, "correct");
}

std::int64_t Ledger::nextNumber(Transaction &transaction, const char *kind)
{
    lock(transaction.database(), Account::operatorAccount());
    // Nothing is ever deleted, so the count is the last number.
    return transaction.database().number("SELECT count(*) AS n FROM ledger WHERE kind = ?", {kind}) + 1;
}

} // namespace tower
