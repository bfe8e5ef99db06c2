// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHashFunctions>
#include <QMetaType>
#include <QString>

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>

namespace tower {

/// A 64-bit amount of one unit that does not mix with other units by accident.
template <class Tag>
class Quantity
{
public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(std::int64_t value)
        : m_value(value)
    {
    }
    [[nodiscard]] constexpr std::int64_t value() const { return m_value; }

    friend constexpr auto operator<=>(Quantity, Quantity) = default;
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.m_value + b.m_value); }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.m_value - b.m_value); }
    constexpr Quantity operator-() const { return Quantity(-m_value); }
    constexpr Quantity &operator+=(Quantity other)
    {
        m_value += other.m_value;
        return *this;
    }
    constexpr Quantity &operator-=(Quantity other)
    {
        m_value -= other.m_value;
        return *this;
    }

private:
    std::int64_t m_value = 0;
};

/// Whole satoshis.
using Sats = Quantity<struct SatsTag>;
/// Thousandths of a satoshi, as the Lightning protocols count.
using Msat = Quantity<struct MsatTag>;
/// Millionths of a US dollar.
using MicroUsd = Quantity<struct MicroUsdTag>;
/// A point in time (UTC epoch) or a span, in milliseconds.
using Millis = Quantity<struct MillisTag>;

constexpr Millis seconds(std::int64_t n)
{
    return Millis(n * 1000);
}
constexpr Millis days(std::int64_t n)
{
    return Millis(n * 86'400'000);
}
constexpr Msat toMsat(Sats sats)
{
    return Msat(sats.value() * 1000);
}

/// 32 bytes written as 64 lower-case hex characters.
template <class Tag>
class Bytes32
{
public:
    static constexpr int size = 32;

    constexpr Bytes32() = default;
    explicit Bytes32(const std::array<std::uint8_t, 32> &bytes)
        : m_bytes(bytes)
    {
    }

    /// Reads exactly 64 lower-case hex digits; anything else is nullopt.
    static std::optional<Bytes32> fromHex(QByteArrayView hex)
    {
        if (hex.size() != 64)
            return std::nullopt;
        Bytes32 out;
        for (std::size_t i = 0; i < 32; ++i) {
            const int high = digit(hex[static_cast<qsizetype>(2 * i)]);
            const int low = digit(hex[static_cast<qsizetype>(2 * i + 1)]);
            if (high < 0 || low < 0)
                return std::nullopt;
            out.m_bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
        }
        return out;
    }
    static std::optional<Bytes32> fromHex(const QString &hex)
    {
        return fromHex(QByteArrayView(hex.toLatin1()));
    }

    [[nodiscard]] const std::uint8_t *data() const { return m_bytes.data(); }
    [[nodiscard]] std::uint8_t *data() { return m_bytes.data(); }
    [[nodiscard]] const std::array<std::uint8_t, 32> &bytes() const { return m_bytes; }
    [[nodiscard]] QByteArray hex() const
    {
        return QByteArray::fromRawData(reinterpret_cast<const char *>(m_bytes.data()), 32).toHex();
    }
    [[nodiscard]] QString text() const { return QString::fromLatin1(hex()); }

    friend auto operator<=>(const Bytes32 &, const Bytes32 &) = default;
    friend size_t qHash(const Bytes32 &key, size_t seed = 0)
    {
        return qHashBits(key.m_bytes.data(), key.m_bytes.size(), seed);
    }

private:
    static int digit(char c)
    {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        return -1;
    }

    std::array<std::uint8_t, 32> m_bytes{};
};

/// A Nostr public key: the x coordinate of a secp256k1 point (BIP-340).
using PubKey = Bytes32<struct PubKeyTag>;
/// SHA-256 of an event's NIP-01 serialization.
using EventId = Bytes32<struct EventIdTag>;
/// SHA-256 of a Lightning payment's preimage (BOLT 11).
using PaymentHash = Bytes32<struct PaymentHashTag>;

} // namespace tower

template <class Tag>
struct std::hash<tower::Bytes32<Tag>>
{
    std::size_t operator()(const tower::Bytes32<Tag> &key) const noexcept
    {
        std::size_t out = 0;
        std::memcpy(&out, key.data(), sizeof out);
        return out;
    }
};

Q_DECLARE_METATYPE(tower::Sats)
Q_DECLARE_METATYPE(tower::Millis)
Q_DECLARE_METATYPE(tower::PubKey)
Q_DECLARE_METATYPE(tower::EventId)
Q_DECLARE_METATYPE(tower::PaymentHash)
