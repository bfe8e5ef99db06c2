// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Bech32.h"

#include "core/nostr/Nip19.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace tower {

namespace {

constexpr char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr qsizetype checksumLength = 6;
constexpr qsizetype maximumHrp = 83;    // BIP-173
constexpr qsizetype maximumText = 5000; // NIP-19

/// The checksum's running state (BIP-173).
class Checksum
{
public:
    explicit Checksum(QByteArrayView hrp)
    {
        for (const char c : hrp)
            add(static_cast<unsigned>(c) >> 5);
        add(0);
        for (const char c : hrp)
            add(static_cast<unsigned>(c) & 31);
    }
    void add(unsigned value)
    {
        static constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                                0x3d4233dd, 0x2a1462b3};
        const std::uint32_t top = m_state >> 25;
        m_state = (m_state & 0x1ffffff) << 5 ^ value;
        for (std::size_t i = 0; i < generator.size(); ++i) {
            if (top >> i & 1)
                m_state ^= generator[i];
        }
    }
    [[nodiscard]] std::uint32_t state() const { return m_state; }

private:
    std::uint32_t m_state = 1;
};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int valueOf(char c)
{
    static constexpr auto table = [] {
        std::array<std::int8_t, 128> made{};
        made.fill(-1);
        for (std::int8_t i = 0; i < 32; ++i)
            made[static_cast<std::size_t>(alphabet[i])] = i;
        return made;
    }();
    return table[static_cast<std::size_t>(lower(c))];
}

bool isAllowed(char c)
{
    return c >= 33 && c <= 126;
}

} // namespace

QByteArray writeBech32Groups(QByteArrayView hrp, QByteArrayView groups)
{
    QByteArray out;
    out.reserve(hrp.size() + 1 + groups.size() + checksumLength);
    out.append(hrp).append('1');
    Checksum checksum(hrp);
    for (const char group : groups) {
        const unsigned value = static_cast<unsigned char>(group) & 31;
        checksum.add(value);
        out += alphabet[value];
    }
    for (int i = 0; i < checksumLength; ++i)
        checksum.add(0);
    const std::uint32_t sum = checksum.state() ^ 1;
    for (int i = 0; i < checksumLength; ++i)
        out += alphabet[sum >> 5 * (5 - i) & 31];
    return out;
}

Bech32Problem readBech32Groups(QByteArrayView text, QByteArray &hrp, QByteArray &groups)
{
    if (text.size() > maximumText)
        return Bech32Problem::Length;
    if (!std::all_of(text.begin(), text.end(), isAllowed))
        return Bech32Problem::Character;
    const auto isUpper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto isLower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (std::any_of(text.begin(), text.end(), isUpper) && std::any_of(text.begin(), text.end(), isLower))
        return Bech32Problem::MixedCase;
    const qsizetype separator = text.lastIndexOf('1');
    if (separator < 1 || separator > maximumHrp || text.size() - separator - 1 < checksumLength)
        return Bech32Problem::Length;

    QByteArray prefix = text.first(separator).toByteArray();
    std::transform(prefix.begin(), prefix.end(), prefix.begin(), lower);
    const QByteArrayView symbols = text.sliced(separator + 1);
    Checksum checksum(prefix);
    for (const char c : symbols) {
        const int value = valueOf(c);
        if (value < 0)
            return Bech32Problem::Character;
        checksum.add(static_cast<unsigned>(value));
    }
    if (checksum.state() != 1)
        return Bech32Problem::Checksum;

    hrp = std::move(prefix);
    groups.resize(symbols.size() - checksumLength);
    std::transform(symbols.begin(), symbols.end() - checksumLength, groups.begin(),
                   [](char c) { return static_cast<char>(valueOf(c)); });
    return Bech32Problem::None;
}

QByteArray groupsOfBytes(QByteArrayView bytes)
{
    QByteArray out;
    out.reserve(bytes.size() * 8 / 5 + 1);
    unsigned pending = 0;
    int bits = 0;
    for (const char byte : bytes) {
        pending = (pending << 8 | static_cast<unsigned char>(byte)) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            out += static_cast<char>(pending >> (bits - 5) & 31);
    }
    if (bits > 0)
        out += static_cast<char>(pending << (5 - bits) & 31);
    return out;
}

Bech32Problem bytesOfGroups(QByteArrayView groups, QByteArray &bytes)
{
    QByteArray out;
    out.reserve(groups.size() * 5 / 8);
    unsigned pending = 0;
    int bits = 0;
    for (const char group : groups) {
        pending = (pending << 5 | static_cast<unsigned>(group)) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(pending >> bits & 0xff);
        }
    }
    if (bits >= 5 || (pending & ((1U << bits) - 1)) != 0) {
        OPENSSL_cleanse(out.data(), static_cast<std::size_t>(out.size()));
        return Bech32Problem::Padding;
    }
    bytes = std::move(out);
    return Bech32Problem::None;
}

Bech32Problem readBech32(QByteArrayView text, QByteArray &hrp, QByteArray &data)
{
    QByteArray prefix;
    QByteArray groups;
    Bech32Problem problem = readBech32Groups(text, prefix, groups);
    if (problem == Bech32Problem::None)
        problem = bytesOfGroups(groups, data);
    OPENSSL_cleanse(groups.data(), static_cast<std::size_t>(groups.size()));
    if (problem == Bech32Problem::None)
        hrp = std::move(prefix);
    return problem;
}

QByteArray bech32Encode(QByteArrayView hrp, QByteArrayView data)
{
    return writeBech32Groups(hrp, groupsOfBytes(data));
}

std::optional<std::pair<QByteArray, QByteArray>> bech32Decode(QByteArrayView text)
{
    std::pair<QByteArray, QByteArray> out;
    if (readBech32(text, out.first, out.second) != Bech32Problem::None)
        return std::nullopt;
    return out;
}

} // namespace tower
