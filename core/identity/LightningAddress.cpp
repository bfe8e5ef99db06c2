// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/identity/LightningAddress.h"

#include <algorithm>

namespace tower {

namespace {

constexpr qsizetype maximumUser = 64;
constexpr qsizetype maximumDomain = 253;
constexpr qsizetype maximumLabel = 63;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isLetterOrDigit(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'z');
}

bool isUser(const QByteArray &user)
{
    return !user.isEmpty() && user.size() <= maximumUser && std::all_of(user.begin(), user.end(), [](char c) {
        return isLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '+';
    });
}

bool isLabel(const QByteArray &label)
{
    return !label.isEmpty() && label.size() <= maximumLabel && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return isLetterOrDigit(c) || c == '-'; });
}

bool isPort(const QByteArray &port)
{
    return !port.isEmpty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), isDigit) &&
           port.toInt() > 0 && port.toInt() <= 65'535;
}

bool isDomain(QByteArray domain, bool allowPrivate)
{
    if (const qsizetype colon = domain.indexOf(':'); allowPrivate && colon >= 0) {
        if (!isPort(domain.mid(colon + 1)))
            return false;
        domain.truncate(colon);
    }
    const QByteArrayList labels = domain.split('.');
    if (domain.size() > maximumDomain || !std::all_of(labels.begin(), labels.end(), isLabel))
        return false;
    // No top-level domain is a number: 10.0.0.1 is an address.
    return allowPrivate ||
           (labels.size() >= 2 && !std::all_of(labels.back().begin(), labels.back().end(), isDigit));
}

} // namespace

std::optional<QString> readLightningAddress(QByteArrayView text, bool allowPrivate)
{
    const qsizetype at = text.indexOf('@');
    if (at < 0)
        return std::nullopt;
    const QByteArray user = text.first(at).toByteArray();
    const QByteArray domain = text.sliced(at + 1).toByteArray().toLower();
    if (!isUser(user) || !isDomain(domain, allowPrivate))
        return std::nullopt;
    return QString::fromLatin1(user + '@' + domain);
}

} // namespace tower
