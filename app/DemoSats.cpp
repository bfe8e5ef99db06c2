// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/DemoSats.h"

#include "core/nostr/Keys.h"

#include <QCoroTask>

#include <algorithm>

namespace tower {

DemoSats::DemoSats(const TowerOptions &options, Database &database, const Clock &clock)
    : settings(settingsOf(options))
    , secrets(options.environment, [dir = options.dataDir] { return openSecretsFile(dir); })
    , ledger(database, clock)
    , wallet(database, clock, secrets)
    , outgoing(database, clock, wallet, ledger, instance)
    , refunds(database, clock, outgoing)
    , invoices(database, clock, wallet, ledger, refunds)
    , watcher(clock, wallet, invoices, outgoing)
{
    secrets.generateMissing([](Secret) { return true; });
    if (secrets.isMissing(Secret::TimmyNostrNsec)) {
        const SecretKey key = SecretKey::generate();
        secrets.set(Secret::TimmyNostrNsec,
                    SecretBytes(QByteArray(reinterpret_cast<const char *>(key.bytes().data()), 32).toHex()));
    }
}

Settings DemoSats::settingsOf(const TowerOptions &options)
{
    Settings settings = options.settings;
    if (!settings.isFixed(Setting::BtcPriceSources))
        settings.setSaved(Setting::BtcPriceSources, QString());
    // Trusted members pay a part, and get a part of that back.
    if (!settings.isFixed(Setting::ZapPctDefault))
        settings.setSaved(Setting::ZapPctDefault, QStringLiteral("50"));
    if (!settings.isFixed(Setting::FreeTierBudgetTrusted))
        settings.setSaved(Setting::FreeTierBudgetTrusted, QStringLiteral("12"));
    return settings;
}

void DemoSats::pay(const PaymentHash &paymentHash)
{
    m_paid.push_back({paymentHash, wallet.payInvoice(paymentHash)});
    QCoro::waitFor(watcher.check(paymentHash, true));
}

std::optional<DemoSats::Paid> DemoSats::takePaid(const std::optional<PaymentHash> &paymentHash)
{
    const auto found = std::find_if(m_paid.begin(), m_paid.end(), [&paymentHash](const Paid &paid) {
        return !paymentHash || paid.paymentHash == *paymentHash;
    });
    if (found == m_paid.end())
        return std::nullopt;
    const Paid paid = *found;
    m_paid.erase(found);
    return paid;
}

} // namespace tower
