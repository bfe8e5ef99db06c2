// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/nostr/Keys.h"

#include <QByteArray>
#include <QString>

#include <array>
#include <optional>

namespace tower {

/// The chain that an invoice is for, by the prefix that BOLT 11 gives it: lnbc, lntb, lntbs, lnbcrt.
enum class LightningNetwork { Bitcoin, Testnet, Signet, Regtest };
QString prefixOf(LightningNetwork network);

/// What an invoice says (BOLT 11). All that it must hold was checked, its signature too.
struct Bolt11
{
    LightningNetwork network = LightningNetwork::Bitcoin;
    std::optional<Msat> amount; ///< absent: any
    Millis createdAt;
    Millis expiry = seconds(3'600); ///< a span
    PaymentHash paymentHash;
    QString description;                                         ///< tag d; empty with a description hash
    std::optional<std::array<std::uint8_t, 32>> descriptionHash; ///< tag h
    std::array<std::uint8_t, 32> paymentSecret{};                ///< tag s
    QByteArray payee; ///< compressed public key, 33 bytes: given or recovered
    std::int64_t minFinalCltvDelta = 18;
    QByteArray metadata;

    [[nodiscard]] Millis expiresAt() const { return createdAt + expiry; }
};

/// Reads an invoice in lower or upper case, with or without "lightning:" before it. Throws
/// badRequest(field, ..., "invalid_invoice") with a sentence that says what is wrong.
Bolt11 decodeBolt11(const QString &text, const QByteArray &field = "bolt11");

/// What the issuer of an invoice says in it.
struct Bolt11Draft
{
    LightningNetwork network = LightningNetwork::Signet;
    Msat amount;
    Millis createdAt;
    Millis expiry = seconds(3'600);
    PaymentHash paymentHash;
    QString description;                                           ///< tag d, unless there is a hash
    std::optional<std::array<std::uint8_t, 32>> descriptionHash{}; ///< tag h
    std::array<std::uint8_t, 32> paymentSecret{};
};

/// The signed invoice, in lower case; an amount of 0 leaves it to the payer. The draft's values are the
/// program's own: those that BOLT 11 has no room for throw an internal error (an expiry under a second, a
/// description over 639 bytes of UTF-8).
QString encodeBolt11(const Bolt11Draft &draft, const SecretKey &nodeKey);

} // namespace tower
