// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pool/PriceSource.h"

namespace tower {

/// Kraken's ticker, the price of the last trade: {"error": [], "result": {"XXBTZUSD": {"c": ["65000.1",
/// ...]}}}.
class Kraken final : public PriceSource
{
public:
    [[nodiscard]] QString name() const override { return QStringLiteral("kraken"); }
    [[nodiscard]] QUrl url(const Settings &settings) const override;
    [[nodiscard]] std::optional<MicroUsd> read(const QByteArray &answer) const override;
};

} // namespace tower
