// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"

#include <QByteArray>
#include <QUrl>

#include <optional>

namespace tower {

/// One public source of the price: where it is asked, and how its answer is read. Holds nothing.
class PriceSource
{
public:
    virtual ~PriceSource() = default;
    /// As BTC_PRICE_SOURCES names it.
    [[nodiscard]] virtual QString name() const = 0;
    [[nodiscard]] virtual QUrl url(const Settings &settings) const = 0;
    /// Dollars for one bitcoin; nullopt when the answer holds no price above 0.
    [[nodiscard]] virtual std::optional<MicroUsd> read(const QByteArray &answer) const = 0;
};

} // namespace tower
