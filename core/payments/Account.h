// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <compare>

namespace tower {

/// An account of the ledger: one of the fixed ones, or one of a kind that carries what it belongs to.
class Account
{
public:
    static Account wallet()
    {
        return Account(QStringLiteral("wallet"));
    } ///< what the Lightning wallet holds for us
    static Account pool() { return Account(QStringLiteral("pool")); } ///< the generosity pool
    static Account revenue() { return Account(QStringLiteral("revenue")); }
    static Account operatorAccount() { return Account(QStringLiteral("operator")); }
    static Account zaps() { return Account(QStringLiteral("zaps")); } ///< spent on zaps
    static Account routingFees() { return Account(QStringLiteral("routing_fees")); }
    static Account session(const QString &id)
    {
        return of(QStringLiteral("session:"), id);
    } ///< owed to a customer
    static Account job(const QString &id)
    {
        return of(QStringLiteral("job:"), id);
    } ///< held until work is done
    static Account node(const QString &id)
    {
        return of(QStringLiteral("node:"), id);
    } ///< held until a node is ready
    static Account refund(const QString &ref) { return of(QStringLiteral("refund:"), ref); } ///< owed
    static Account outgoing(const QString &intent)
    {
        return of(QStringLiteral("outgoing:"), intent);
    } ///< on its way

    /// Throws badRequest("account") on anything that is none of the above.
    static Account parse(const QString &name);

    [[nodiscard]] const QString &name() const { return m_name; }
    /// wallet, zaps and routing_fees grow by debits; all others by credits.
    [[nodiscard]] bool isDebitNormal() const;
    /// Only operator and revenue.
    [[nodiscard]] bool mayBeNegative() const;

    friend bool operator==(const Account &, const Account &) = default;

private:
    explicit Account(QString name)
        : m_name(std::move(name))
    {
    }
    static Account of(const QString &kind, const QString &ref) { return parse(kind + ref); }

    QString m_name;
};

} // namespace tower
