// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"

#include <QString>

#include <vector>

namespace tower {

/// What Timmy is about to say.
struct EventTemplate
{
    int kind = 1;
    std::vector<std::vector<QByteArray>> tags;
    QByteArray content; ///< UTF-8
};

/// Timmy's own Nostr identity. Holds the private key, which is wiped when this goes; nothing else does.
class TimmyIdentity
{
public:
    explicit TimmyIdentity(SecretKey key);

    [[nodiscard]] const PubKey &pubKey() const { return m_pubKey; }
    [[nodiscard]] QByteArray npub() const;

    /// Signed, of this moment. What is signed is to be logged: EventLog is the door for that.
    [[nodiscard]] Event sign(const EventTemplate &event, Millis at) const;
    /// BIP-340 over 32 bytes with zero auxiliary randomness, for documents that are no events: the same bytes
    /// have the same signature.
    [[nodiscard]] std::array<std::uint8_t, 64> signDigest(const std::array<std::uint8_t, 32> &digest) const;
    /// NIP-04: AES-256-CBC, "<base64>?iv=<base64>".
    [[nodiscard]] QByteArray encryptDm(const PubKey &to, QByteArrayView text) const;
    /// NIP-04 or NIP-44 v2, told apart by their form; nullopt when it is neither or not for us.
    [[nodiscard]] std::optional<QByteArray> decryptDm(const PubKey &from, QByteArrayView payload) const;
    /// NIP-44 v2.
    [[nodiscard]] QByteArray encrypt44(const PubKey &to, QByteArrayView text) const;

private:
    SecretKey m_key;
    PubKey m_pubKey;
};

} // namespace tower
