// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QByteArray>
#include <QJsonObject>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tower {

/// A Nostr event (NIP-01). `content` and tags are UTF-8.
struct Event
{
    EventId id;
    PubKey pubkey;
    std::int64_t createdAt = 0; ///< epoch seconds, as the NIP has it
    int kind = 0;
    std::vector<std::vector<QByteArray>> tags;
    QByteArray content;
    std::array<std::uint8_t, 64> signature{};

    static constexpr int maximumBytes = 65'536; ///< of its JSON
    static constexpr int maximumKind = 65'535;

    [[nodiscard]] bool isEphemeral() const { return kind >= 20'000 && kind < 30'000; }
    /// Kept for good by relays, never replaced (NIP-01).
    [[nodiscard]] bool isRegular() const
    {
        return kind == 1 || kind == 2 || (kind >= 4 && kind < 45) || (kind >= 1'000 && kind < 10'000);
    }
    /// Value of the first tag of that name; nullopt when there is none.
    [[nodiscard]] std::optional<QByteArray> tag(QByteArrayView name) const;

    /// The bytes that the id is the hash of: [0,pubkey,created_at,kind,tags,content], escaped as NIP-01 says
    /// (the seven characters; other control characters as \u00XX, which is what relays do).
    [[nodiscard]] QByteArray serialized() const;
    /// SHA-256 of serialized().
    [[nodiscard]] EventId computedId() const;
    /// BIP-340 over the id that the event carries.
    [[nodiscard]] bool hasValidSignature() const;
    /// The event's own JSON, keys in the NIP's order, no blanks.
    [[nodiscard]] QByteArray toJson() const;
    [[nodiscard]] QJsonObject toJsonObject() const;
};

/// Result of reading an event: either the event, or why not ("invalid: ..." texts are made from `problem`).
struct EventParse
{
    std::optional<Event> event;
    QByteArray problem; ///< a short plain-English reason, names the field, never echoes input
    QByteArray field;   ///< id, pubkey, created_at, kind, tags, content, sig; empty when it is the whole
    QByteArray id;      ///< the "id" string for answering: printable ASCII of at most 64 characters, or empty
};

/// Reads an event strictly: valid UTF-8, no raw control characters, no duplicate keys, no lone surrogates, no
/// DEL (0x7f) in tags or content, lower-case hex of the right length, integers that are written as integers
/// (kind 0..65535, created_at 0..2^53), tags arrays of strings; at most 64 KiB; unknown keys are ignored.
/// DEL is refused because implementations disagree on its form in the hashed text (verbatim or \u007f), so
/// that the same event would have two ids. Does not check id or signature (see checkEvent).
EventParse parseEvent(QByteArrayView json);
/// Like parseEvent, for an event inside a larger JSON document that was already read.
EventParse parseEvent(const QJsonObject &object);

/// Problem with the id or the signature; empty when both hold.
QByteArray checkEvent(const Event &event);

/// The text of the object that `json` holds under `name`, byte for byte, for a reader that is stricter than
/// the one of the document around it. Nullopt when `json` is no object, or has no such member, or one that is
/// no object, or more than one (which of them counts is where readers disagree).
std::optional<QByteArray> rawMember(QByteArrayView json, std::string_view name);

/// One line of the strfry write-policy protocol, read in one pass with simdjson.
struct PolicyLine
{
    bool isObject = false; ///< the whole text is a JSON object
    bool hasEvent = false; ///< with an "event" that is an object
    QByteArray type;
    QByteArray sourceType;
    QByteArray sourceInfo;
    std::optional<std::int64_t> receivedAt;
    EventParse event;
};
PolicyLine parsePolicyLine(QByteArrayView json);

/// {"events": [...]}: each element a policy line, or an event by itself. Nullopt when the text is not that.
std::optional<std::vector<PolicyLine>> parsePolicyBatch(QByteArrayView json);

} // namespace tower
