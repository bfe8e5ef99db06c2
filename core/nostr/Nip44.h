// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"
#include "core/nostr/Keys.h"

namespace tower {

/// What two people write to each other with NIP-44 version 2 (ChaCha20 and HMAC-SHA-256). Both compute the
/// same key; it is wiped when it goes. Move only.
class Nip44Conversation
{
public:
    using Nonce = std::array<std::uint8_t, 32>;

    /// Throws badRequest("pubkey") for a key that is not on the curve.
    Nip44Conversation(const SecretKey &own, const PubKey &other);
    /// With a conversation key that is known already: 32 bytes.
    explicit Nip44Conversation(SecretBytes key);

    /// The payload for 1 to 65535 bytes of UTF-8; throws badRequest("content") for none and for more, which
    /// no event has room for.
    [[nodiscard]] QByteArray encrypt(QByteArrayView text) const;
    /// With a nonce that was never used before.
    [[nodiscard]] QByteArray encrypt(QByteArrayView text, const Nonce &nonce) const;
    /// What the other one wrote, as bytes: nothing says that they are UTF-8. Throws badRequest
    /// "encryption_unsupported" (another version) or "decryption_failed".
    [[nodiscard]] QByteArray decrypt(QByteArrayView payload) const;

    [[nodiscard]] QByteArrayView key() const { return m_key.view(); }

    /// The keys of one message.
    class MessageKeys
    {
    public:
        explicit MessageKeys(SecretBytes bytes)
            : m_bytes(std::move(bytes))
        {
        }
        [[nodiscard]] QByteArrayView cipherKey() const { return m_bytes.view().first(32); }
        [[nodiscard]] QByteArrayView cipherNonce() const { return m_bytes.view().sliced(32, 12); }
        [[nodiscard]] QByteArrayView macKey() const { return m_bytes.view().sliced(44, 32); }

    private:
        SecretBytes m_bytes;
    };
    [[nodiscard]] MessageKeys messageKeys(const Nonce &nonce) const;

    /// How long `length` bytes (1 or more) become, so that the length of a message hardly shows.
    static qsizetype paddedLength(qsizetype length);

    static constexpr qsizetype maximumText = 65'535;
    static constexpr qsizetype maximumPayload = 262'144; ///< that is looked at, in characters

private:
    SecretBytes m_key;
};

} // namespace tower
