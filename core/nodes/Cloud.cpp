// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/Cloud.h"

#include "core/base/Error.h"

#include <array>
#include <utility>

namespace tower {

namespace {

constexpr std::array kindNames{
    std::pair{CloudKind::Key, "key"}, std::pair{CloudKind::TailnetKey, "tailnet_key"},
    std::pair{CloudKind::Volume, "volume"}, std::pair{CloudKind::Droplet, "droplet"}};

} // namespace

QString toText(CloudKind kind)
{
    for (const auto &[value, name] : kindNames) {
        if (value == kind)
            return QLatin1String(name);
    }
    throw internalError(QStringLiteral("The cloud has no such kind."));
}

std::optional<CloudKind> cloudKindFromText(const QString &text)
{
    for (const auto &[value, name] : kindNames) {
        if (text == QLatin1String(name))
            return value;
    }
    return std::nullopt;
}

} // namespace tower
