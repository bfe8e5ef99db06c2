// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/PublicAddress.h"

#include <QPair>

#include <algorithm>

namespace tower {

namespace {

using Subnet = QPair<QHostAddress, int>;

bool isInAny(const QHostAddress &address, const QList<Subnet> &subnets)
{
    return std::any_of(subnets.begin(), subnets.end(),
                       [&](const Subnet &subnet) { return address.isInSubnet(subnet); });
}

QList<Subnet> subnets(std::initializer_list<const char *> texts)
{
    QList<Subnet> out;
    for (const char *text : texts)
        out.push_back(QHostAddress::parseSubnet(QLatin1String(text)));
    return out;
}

bool isPublicIpv4(const QHostAddress &address)
{
    static const QList<Subnet> special =
        subnets({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                 "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
                 "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"});
    return !isInAny(address, special);
}

/// The IPv4 address that the last four bytes are.
QHostAddress lastFour(const QHostAddress &address)
{
    const Q_IPV6ADDR bytes = address.toIPv6Address();
    quint32 out = 0;
    for (int i = 12; i < 16; ++i)
        out = out << 8 | bytes[i];
    return QHostAddress(out);
}

bool isPublicIpv6(const QHostAddress &address)
{
    static const QList<Subnet> holdIpv4 = subnets({"::ffff:0:0/96", "64:ff9b::/96"});
    static const QList<Subnet> unicast = subnets({"2000::/3"});
    static const QList<Subnet> special = subnets({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
    if (isInAny(address, holdIpv4))
        return isPublicIpv4(lastFour(address));
    return isInAny(address, unicast) && !isInAny(address, special);
}

} // namespace

bool isPublicAddress(const QHostAddress &address)
{
    if (address.protocol() == QAbstractSocket::IPv4Protocol)
        return isPublicIpv4(address);
    return address.protocol() == QAbstractSocket::IPv6Protocol && isPublicIpv6(address);
}

} // namespace tower
