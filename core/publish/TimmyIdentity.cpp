// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/publish/TimmyIdentity.h"

#include "core/base/Error.h"
#include "core/nostr/Nip04.h"
#include "core/nostr/Nip19.h"
#include "core/nostr/Nip44.h"

namespace tower {

TimmyIdentity::TimmyIdentity(SecretKey key)
    : m_key(std::move(key))
    , m_pubKey(m_key.pubKey())
{
}

QByteArray TimmyIdentity::npub() const
{
    return toNpub(m_pubKey);
}

Event TimmyIdentity::sign(const EventTemplate &event, Millis at) const
{
    Event out;
    out.pubkey = m_pubKey;
    out.createdAt = at.value() / 1000;
    out.kind = event.kind;
    out.tags = event.tags;
    out.content = event.content;
    out.id = out.computedId();
    out.signature = m_key.sign(out.id.bytes());
    return out;
}

std::array<std::uint8_t, 64> TimmyIdentity::signDigest(const std::array<std::uint8_t, 32> &digest) const
{
    return m_key.sign(digest, {});
}

QByteArray TimmyIdentity::encryptDm(const PubKey &to, QByteArrayView text) const
{
    return encryptNip04(m_key, to, text);
}

std::optional<QByteArray> TimmyIdentity::decryptDm(const PubKey &from, QByteArrayView payload) const
{
    try {
        if (payload.contains("?iv="))
            return decryptNip04(m_key, from, payload);
        return Nip44Conversation(m_key, from).decrypt(payload);
    } catch (const ServiceError &) {
        return std::nullopt;
    }
}

QByteArray TimmyIdentity::encrypt44(const PubKey &to, QByteArrayView text) const
{
    return Nip44Conversation(m_key, to).encrypt(text);
}

} // namespace tower
