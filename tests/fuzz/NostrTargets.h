// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/nostr/Cipher.h"
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip04.h"
#include "core/nostr/Nip19.h"
#include "core/nostr/Nip44.h"
#include "core/nostr/Nip98.h"
#include "tests/fuzz/Must.h"

#include <openssl/evp.h>

/// What the fuzzers run, and what the suite runs again over the kept corpus: each takes any bytes and aborts
/// when something that must always hold does not.
namespace tower::fuzz {

inline void checkParse(const EventParse &parse)
{
    must(parse.event.has_value() == parse.problem.isEmpty(), "either an event or a problem");
    must(parse.id.size() <= 64, "the echoed id is short");
    for (const char c : parse.id)
        must(c >= 0x20 && c < 0x7f, "the echoed id is printable");
    if (!parse.event)
        return;
    must(parse.id == parse.event->id.hex(), "the echoed id is the event's");
    checkEvent(*parse.event);
    const QByteArray json = parse.event->toJson();
    const EventParse again = parseEvent(json);
    if (json.size() > Event::maximumBytes)
        return;
    must(again.event.has_value(), "what was written can be read");
    must(again.event->toJson() == json, "and is the same");
    must(again.event->computedId() == parse.event->computedId(), "with the same id");
    must(parseEvent(parse.event->toJsonObject()).event->toJson() == json, "as an object too");
}

inline void event(QByteArrayView input)
{
    checkParse(parseEvent(input));
}

inline void policyLine(QByteArrayView input)
{
    const PolicyLine line = parsePolicyLine(input);
    must(line.isObject || !line.hasEvent, "an event needs an object");
    if (line.hasEvent)
        checkParse(line.event);
    else
        must(!line.event.event, "no event, none read");
}

inline void nip19(QByteArrayView input)
{
    if (const auto decoded = bech32Decode(input))
        must(bech32Encode(decoded->first, decoded->second) == input.toByteArray().toLower(),
             "bech32 there and back");
    if (const auto key = fromNpub(input))
        must(fromNpub(toNpub(*key)) == key, "npub there and back");
    if (const auto profile = fromNprofile(input))
        must(fromNprofile(toNprofile(*profile))->relays == profile->relays, "nprofile there and back");
    if (const auto nevent = fromNevent(input))
        must(fromNevent(toNevent(*nevent))->kind == nevent->kind, "nevent there and back");
    fromNote(input);
    SecretKey::fromText(input);
    for (const bool person : {true, false}) {
        try {
            const QString text = QString::fromUtf8(input);
            person ? static_cast<void>(parsePubKey(text)) : static_cast<void>(parseEventId(text));
        } catch (const ServiceError &error) {
            must(error.kind() == ErrorKind::BadRequest, "a bad key is a bad request");
        }
    }
    // The checksum keeps most inputs out, so the entries are also read without one.
    fromNprofile(bech32Encode("nprofile", input));
    fromNevent(bech32Encode("nevent", input));
}

inline void nip98(QByteArrayView input)
{
    const Nip98Expectation expected{
        {QStringLiteral("https://tower.example/")}, "POST", {}, false, Millis(1'700'000'000'000)};
    const auto firstSeen = [](const EventId &) { return true; };
    const QByteArray wrapped = "Nostr " + input.toByteArray().toBase64();
    for (const QByteArrayView header : {input, QByteArrayView(wrapped)}) {
        try {
            verifyNip98(header, expected, firstSeen);
        } catch (const ServiceError &error) {
            must(error.kind() == ErrorKind::Unauthorized, "a bad header is unauthorized");
        }
    }
}

/// Reads a message and shows it; one that can't be read is a bad request.
template <class Read>
void readMessage(Read read)
{
    try {
        const QByteArray text = read();
        must(text.size() <= Nip44Conversation::maximumPayload, "a text is not longer than its message");
    } catch (const ServiceError &error) {
        must(error.kind() == ErrorKind::BadRequest, "a bad message is a bad request");
    }
}

inline void message(QByteArrayView input)
{
    static const SecretKey own = *SecretKey::fromBytes(QByteArray(32, 1));
    static const PubKey other = SecretKey::fromBytes(QByteArray(32, 2))->pubKey();
    static const Nip44Conversation conversation(own, other);
    readMessage([&] { return conversation.decrypt(input); });
    readMessage([&] { return decryptNip04(own, other, input); });

    // A MAC keeps most inputs out, so the input is also what a rightly signed payload holds.
    const Nip44Conversation::Nonce nonce{7};
    const auto keys = conversation.messageKeys(nonce);
    const QByteArray iv = QByteArray(4, 0) + keys.cipherNonce().toByteArray();
    const QByteArray content = QByteArrayView(nonce.data(), 32).toByteArray() +
                               *runCipher(EVP_chacha20(), CipherUse::Encrypt, keys.cipherKey(), iv, input);
    const auto mac = hmacSha256(keys.macKey(), content);
    const QByteArray payload =
        '\2' + content + QByteArrayView(mac.data(), qsizetype(mac.size())).toByteArray();
    readMessage([&] { return conversation.decrypt(payload.toBase64()); });
}

} // namespace tower::fuzz
