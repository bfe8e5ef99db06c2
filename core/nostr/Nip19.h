// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <utility>
#include <vector>

namespace tower {

/// NIP-19 bech32 forms (BIP-173 checksum, no length limit of 90).
QByteArray toNpub(const PubKey &key);
QByteArray toNote(const EventId &id);
std::optional<PubKey> fromNpub(QByteArrayView npub);
std::optional<EventId> fromNote(QByteArrayView note);

struct Nprofile
{
    PubKey pubkey;
    std::vector<QByteArray> relays;
};
struct Nevent
{
    EventId id;
    std::vector<QByteArray> relays;
    std::optional<PubKey> author;
    std::optional<std::uint32_t> kind;
};
QByteArray toNprofile(const Nprofile &profile);
std::optional<Nprofile> fromNprofile(QByteArrayView text);
QByteArray toNevent(const Nevent &event);
std::optional<Nevent> fromNevent(QByteArrayView text);

/// bech32 itself (BIP-173): human-readable part and 8-bit data; nullopt on mixed case, bad checksum, bad
/// padding.
QByteArray bech32Encode(QByteArrayView hrp, QByteArrayView data);
std::optional<std::pair<QByteArray, QByteArray>> bech32Decode(QByteArrayView text);

/// What a person or a client gives as a key: npub, nprofile, or 64 hex digits of any case, with blanks around
/// it and an optional "nostr:" before. Throws badRequest(field) with a sentence that says what is wrong
/// (checksum, length, an nsec given by mistake - which is never echoed).
PubKey parsePubKey(const QString &text, const QByteArray &field = "pubkey");
EventId parseEventId(const QString &text, const QByteArray &field = "eventId");

} // namespace tower
