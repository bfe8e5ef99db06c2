// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pool/PriceSource.h"

namespace tower {

/// Coinbase's spot price: {"data": {"amount": "65000.12", ...}}.
class Coinbase final : public PriceSource
{
public:
    [[nodiscard]] QString name() const override { return QStringLiteral("coinbase"); }
    [[nodiscard]] QUrl url(const Settings &settings) const override;
    [[nodiscard]] std::optional<MicroUsd> read(const QByteArray &answer) const override;
};

} // namespace tower
