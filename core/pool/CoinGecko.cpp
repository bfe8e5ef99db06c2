// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/CoinGecko.h"

#include "core/pool/PriceText.h"

namespace tower {

QUrl CoinGecko::url(const Settings &settings) const
{
    return QUrl(settings.text(Setting::CoingeckoUrl) +
                QStringLiteral("/api/v3/simple/price?ids=bitcoin&vs_currencies=usd"));
}

std::optional<MicroUsd> CoinGecko::read(const QByteArray &answer) const
{
    return usdIn(answer, "/bitcoin/usd");
}

} // namespace tower
