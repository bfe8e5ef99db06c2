// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <array>
#include <optional>

namespace tower {

/// A secp256k1 private key; wiped when it goes. Move only.
class SecretKey
{
public:
    /// From 32 bytes; nullopt when zero or not below the group order.
    static std::optional<SecretKey> fromBytes(QByteArrayView bytes);
    /// From nsec1... (NIP-19) or 64 hex digits; nullopt otherwise.
    static std::optional<SecretKey> fromText(QByteArrayView text);
    static SecretKey generate();

    SecretKey(SecretKey &&other) noexcept;
    SecretKey &operator=(SecretKey &&other) noexcept;
    SecretKey(const SecretKey &) = delete;
    SecretKey &operator=(const SecretKey &) = delete;
    ~SecretKey();

    [[nodiscard]] PubKey pubKey() const;
    /// BIP-340 signature of a 32-byte message. `auxiliary`: 32 random bytes, or zero for a deterministic one.
    [[nodiscard]] std::array<std::uint8_t, 64> sign(const std::array<std::uint8_t, 32> &message,
                                                    const std::array<std::uint8_t, 32> &auxiliary) const;
    /// With fresh randomness.
    [[nodiscard]] std::array<std::uint8_t, 64> sign(const std::array<std::uint8_t, 32> &message) const;
    [[nodiscard]] const std::array<std::uint8_t, 32> &bytes() const { return m_bytes; }

private:
    SecretKey() = default;
    std::array<std::uint8_t, 32> m_bytes{};
};

/// BIP-340 verification; false for a key that is not on the curve.
bool verifySchnorr(const PubKey &key, const std::uint8_t *message, std::size_t messageLength,
                   const std::array<std::uint8_t, 64> &signature);
bool verifySchnorr(const PubKey &key, const std::array<std::uint8_t, 32> &message,
                   const std::array<std::uint8_t, 64> &signature);
/// True when the bytes are the x coordinate of a point on the curve.
bool isOnCurve(const PubKey &key);

/// SHA-256 through a fetched EVP digest (seven times QCryptographicHash on short input).
std::array<std::uint8_t, 32> sha256(QByteArrayView data);
/// HMAC-SHA-256 (RFC 2104).
std::array<std::uint8_t, 32> hmacSha256(QByteArrayView key, QByteArrayView data);

} // namespace tower
