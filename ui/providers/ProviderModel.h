// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/receipts/Providers.h"
#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using ProviderModel = KeyedModel<ProviderScore>;

/// Which providers are shown, and what of the answer stays for the further pages.
struct ProviderFilter
{
    std::optional<Millis> since{}; ///< receipts from then on; nullopt: all of them
    QString npub{};                ///< the provider, or how its npub begins; empty: all of them
    QByteArray timmy{};            ///< his npub, once it is known
    std::vector<ProviderScore> read{};
};

/// Providers, the best first. `filter` is read when rows are asked for.
ProviderModel *makeProviderModel(Core &core, std::shared_ptr<ProviderFilter> filter, QObject *context);

PillLook timmyLook();
/// "3.42"; "98.5 %", or nothing without a receipt that counts; "12.5"
QString scoreText(const ProviderScore &score);
QString successText(const ProviderScore &score);
QString hoursText(const ProviderScore &score);
/// "the consumer is known for too short a time" ...
QString wordOf(ReceiptDrop drop);

} // namespace tower
