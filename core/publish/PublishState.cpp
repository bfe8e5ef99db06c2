// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/publish/PublishState.h"

#include "core/base/Error.h"

#include <array>

namespace tower {

namespace {

constexpr std::array names{"none", "waiting", "published", "failed"};

} // namespace

QString toText(PublishState state)
{
    return QString::fromLatin1(names[static_cast<std::size_t>(state)]);
}

PublishState publishStateFromText(const QString &text)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (text == QLatin1String(names[i]))
            return static_cast<PublishState>(i);
    }
    throw badRequest("publishState",
                     QStringLiteral("publishState must be none, waiting, published or failed."));
}

} // namespace tower
