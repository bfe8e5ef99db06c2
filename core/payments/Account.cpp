// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Account.h"

#include "core/base/Error.h"

#include <QRegularExpression>

namespace tower {

Account Account::parse(const QString &name)
{
    static const QRegularExpression pattern(QRegularExpression::anchoredPattern(
        QStringLiteral("wallet|pool|revenue|operator|zaps|routing_fees|"
                       "(?:session|job|node|refund|outgoing):[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")));
    if (!pattern.match(name).hasMatch())
        throw badRequest("account", QStringLiteral("The ledger has no such account."));
    return Account(name);
}

bool Account::isDebitNormal() const
{
    return m_name == u"wallet" || m_name == u"zaps" || m_name == u"routing_fees";
}

bool Account::mayBeNegative() const
{
    return m_name == u"operator" || m_name == u"revenue";
}

} // namespace tower
