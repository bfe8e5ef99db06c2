// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>
#include <vector>

namespace tower {

/// A macaroon of first-party caveats, version 2 binary (libmacaroons' format; third-party caveats are
/// refused). A bearer credential: never logged.
class Macaroon
{
public:
    /// A new one under `rootKey` (any length; the usual key derivation is applied).
    static Macaroon mint(QByteArrayView rootKey, const QByteArray &identifier,
                         const QByteArray &location = {});
    /// Reads base64url (padded or not; plain base64 too). Nullopt for anything that is not one whole
    /// macaroon.
    static std::optional<Macaroon> decode(QByteArrayView text);

    /// Narrower by one caveat: anybody who has a macaroon may do that.
    void add(const QByteArray &caveat);

    /// base64url without padding.
    [[nodiscard]] QByteArray encode() const;
    /// True when it was minted under this key, caveats included (constant time). What the caveats demand is
    /// the caller's to judge.
    [[nodiscard]] bool isSignedBy(QByteArrayView rootKey) const;

    [[nodiscard]] const QByteArray &identifier() const { return m_identifier; }
    [[nodiscard]] const QByteArray &location() const { return m_location; }
    [[nodiscard]] const std::vector<QByteArray> &caveats() const { return m_caveats; }

    static constexpr qsizetype maximumText = 8'192;
    static constexpr std::size_t maximumCaveats = 64;

private:
    QByteArray m_location;
    QByteArray m_identifier;
    std::vector<QByteArray> m_caveats;
    QByteArray m_signature;
};

} // namespace tower
