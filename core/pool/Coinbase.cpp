// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/Coinbase.h"

#include "core/pool/PriceText.h"

namespace tower {

QUrl Coinbase::url(const Settings &settings) const
{
    return QUrl(settings.text(Setting::CoinbaseUrl) + QStringLiteral("/v2/prices/BTC-USD/spot"));
}

std::optional<MicroUsd> Coinbase::read(const QByteArray &answer) const
{
    return usdIn(answer, "/data/amount");
}

} // namespace tower
