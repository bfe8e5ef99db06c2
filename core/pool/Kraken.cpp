// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/Kraken.h"

#include "core/pool/PriceText.h"

namespace tower {

QUrl Kraken::url(const Settings &settings) const
{
    return QUrl(settings.text(Setting::KrakenUrl) + QStringLiteral("/0/public/Ticker?pair=XBTUSD"));
}

std::optional<MicroUsd> Kraken::read(const QByteArray &answer) const
{
    return usdIn(answer, "/result/XXBTZUSD/c/0");
}

} // namespace tower
