// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Identities.h"
#include "core/receipts/Providers.h"
#include "core/receipts/Receipts.h"
#include "tests/lightning/Awaited.h"
#include "tests/receipts/ReceiptSamples.h"
#include "tests/support/TestDatabase.h"

namespace tower::test {

/// Receipts over a fresh database, a clock that the test turns, and a mint on loopback.
struct ReceiptHouse
{
    explicit ReceiptHouse(const QString &engine)
        : database(engine)
        , settings({{QStringLiteral("LNURL_ALLOW_PRIVATE"), QStringLiteral("1")}}, {}, {})
    {
        settings.setSaved(Setting::NostrRelayUrl, QStringLiteral("ws://127.0.0.1:1"));
    }

    /// Signed by consumer and provider of these numbers, paid with the seed's payment, ended just now.
    Receipt receipt(const QString &lease, quint32 seed, quint32 consumer = 1, quint32 provider = 2)
    {
        Receipt out = receiptOf(lease, seed, mint.url());
        out.completedAt = clock.now().value() / 1'000;
        return signedBy(out, keyNumber(consumer), keyNumber(provider));
    }
    Awaited<Receipts::Taken> take(const Receipt &receipt) { return ended(receipts.take(receipt)); }
    std::int64_t count(const char *table)
    {
        return database->number("SELECT COUNT(*) AS n FROM " + std::string(table));
    }
    Providers providers() { return {*database, scoreHeuristics(settings), clock.now()}; }
    Page<ProviderScore> list(const ReceiptWindow &window, const PageRequest &page = {})
    {
        return Providers::page(providers().bestFirst(window), page);
    }
    QByteArray snapshot() { return signedSnapshot(providers().snapshot(), timmy); }

    TestDatabase database;
    ManualClock clock{days(20'000) + seconds(3'600)};
    Settings settings;
    TestMint mint;
    Activity activity{*database, clock};
    TimmyIdentity timmy{keyNumber(900)};
    EventLog events{*database, clock, settings, timmy, activity};
    MintKeys keys{settings, clock};
    Receipts receipts{*database, clock, settings, timmy, events, keys};
};

} // namespace tower::test
