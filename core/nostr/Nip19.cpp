// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"

#include "core/base/Error.h"
#include "core/nostr/Bech32.h"

#include <QtEndian>

#include <algorithm>

namespace tower {

namespace {

/// Entry types of the TLV forms.
enum : char { Special = 0, Relay = 1, Author = 2, KindNumber = 3 };

template <class Id>
QByteArrayView viewOf(const Id &id)
{
    return {reinterpret_cast<const char *>(id.data()), Id::size};
}

template <class Id>
std::optional<Id> idFrom(QByteArrayView bytes)
{
    if (bytes.size() != Id::size)
        return std::nullopt;
    Id out;
    std::copy(bytes.begin(), bytes.end(), out.data());
    return out;
}

template <class Id>
std::optional<Id> idFromBech32(QByteArrayView text, QByteArrayView hrp)
{
    const auto decoded = bech32Decode(text);
    if (!decoded || decoded->first != hrp)
        return std::nullopt;
    return idFrom<Id>(decoded->second);
}

void appendEntry(QByteArray &out, char type, QByteArrayView value)
{
    if (value.size() > 255)
        return; // its length has one byte: such a relay address can't be told
    out += type;
    out += static_cast<char>(value.size());
    out.append(value);
}

struct Entries
{
    std::optional<QByteArray> special;
    std::optional<QByteArray> author;
    std::optional<QByteArray> kind;
    std::vector<QByteArray> relays;
};

/// The first entry of each type counts; unknown types are skipped. nullopt when a length does not fit.
std::optional<Entries> readEntries(QByteArrayView data)
{
    Entries out;
    while (!data.isEmpty()) {
        if (data.size() < 2)
            return std::nullopt;
        const qsizetype length = static_cast<unsigned char>(data[1]);
        if (data.size() < 2 + length)
            return std::nullopt;
        const char type = data[0];
        const QByteArray value = data.sliced(2, length).toByteArray();
        data = data.sliced(2 + length);
        if (type == Special && !out.special)
            out.special = value;
        else if (type == Relay)
            out.relays.push_back(value);
        else if (type == Author && !out.author)
            out.author = value;
        else if (type == KindNumber && !out.kind)
            out.kind = value;
    }
    return out;
}

std::optional<Entries> entriesFromBech32(QByteArrayView text, QByteArrayView hrp)
{
    const auto decoded = bech32Decode(text);
    if (!decoded || decoded->first != hrp)
        return std::nullopt;
    return readEntries(decoded->second);
}

/// What a person typed: without blanks around it and without a "nostr:" before.
QByteArray bare(const QString &text)
{
    QString out = text.trimmed();
    if (out.startsWith(QLatin1String("nostr:"), Qt::CaseInsensitive))
        out.remove(0, 6);
    return out.toUtf8();
}

bool isHex(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

/// Throws when the text is a private key in some form that can be told.
void refusePrivateKey(const QByteArray &lowered, const QByteArray &field)
{
    if (lowered.startsWith("nsec1")) {
        throw badRequest(
            field, QStringLiteral("This is a private key (nsec). Never paste it anywhere; use the npub."));
    }
    if (lowered.startsWith("ncryptsec1")) {
        throw badRequest(field, QStringLiteral("This is an encrypted private key (ncryptsec). Never paste it "
                                               "anywhere; use the npub."));
    }
}

/// Throws with the reason why a text that begins like `name` can't be read.
[[noreturn]] void throwBech32(Bech32Problem problem, const QString &name, const QByteArray &field)
{
    QString why;
    switch (problem) {
    case Bech32Problem::Checksum:
        why = QStringLiteral("This %1 has a typing error (its checksum does not match).");
        break;
    case Bech32Problem::MixedCase:
        why = QStringLiteral("This %1 mixes upper and lower case letters.");
        break;
    case Bech32Problem::Character:
        why = QStringLiteral("This %1 has a character that can't be part of it.");
        break;
    case Bech32Problem::None:
    case Bech32Problem::Length:
    case Bech32Problem::Padding:
        why = QStringLiteral("This %1 has the wrong length.");
        break;
    }
    throw badRequest(field, why.arg(name));
}

/// Reads one of the two spellings of an id, plain (npub, note) or with entries (nprofile, nevent), or hex.
template <class Id>
Id parseId(const QString &text, const QByteArray &field, const char *plain, const char *full,
           const QString &other)
{
    const QByteArray given = bare(text);
    const QByteArray lowered = given.toLower();
    refusePrivateKey(lowered, field);
    if (given.isEmpty())
        throw badRequest(
            field,
            QStringLiteral("Nothing was given: expected an %1 or 64 hex digits.").arg(QLatin1String(plain)));
    for (const char *hrp : {plain, full}) {
        if (!lowered.startsWith(QByteArray(hrp) + '1'))
            continue;
        QByteArray prefix;
        QByteArray data;
        const Bech32Problem problem = readBech32(given, prefix, data);
        std::optional<Id> id;
        if (problem == Bech32Problem::None && hrp == plain)
            id = idFrom<Id>(data);
        else if (problem == Bech32Problem::None) {
            const auto entries = readEntries(data);
            if (entries && entries->special)
                id = idFrom<Id>(*entries->special);
        }
        if (!id || prefix != hrp)
            throwBech32(problem, QLatin1String(hrp), field);
        return *id;
    }
    for (const char *hrp : {"npub1", "nprofile1", "note1", "nevent1", "naddr1"}) {
        if (lowered.startsWith(hrp))
            throw badRequest(field, other);
    }
    if (isHex(given)) {
        if (const auto id = Id::fromHex(QByteArrayView(lowered)))
            return *id;
        throw badRequest(field, QStringLiteral("In hex it has 64 digits; this has %1.").arg(given.size()));
    }
    throw badRequest(field,
                     QStringLiteral("This is neither an %1 nor 64 hex digits.").arg(QLatin1String(plain)));
}

} // namespace

QByteArray toNpub(const PubKey &key)
{
    return bech32Encode("npub", viewOf(key));
}

QByteArray toNote(const EventId &id)
{
    return bech32Encode("note", viewOf(id));
}

std::optional<PubKey> fromNpub(QByteArrayView npub)
{
    return idFromBech32<PubKey>(npub, "npub");
}

std::optional<EventId> fromNote(QByteArrayView note)
{
    return idFromBech32<EventId>(note, "note");
}

QByteArray toNprofile(const Nprofile &profile)
{
    QByteArray data;
    appendEntry(data, Special, viewOf(profile.pubkey));
    for (const QByteArray &relay : profile.relays)
        appendEntry(data, Relay, relay);
    return bech32Encode("nprofile", data);
}

std::optional<Nprofile> fromNprofile(QByteArrayView text)
{
    const auto entries = entriesFromBech32(text, "nprofile");
    if (!entries || !entries->special)
        return std::nullopt;
    const auto key = idFrom<PubKey>(*entries->special);
    if (!key)
        return std::nullopt;
    return Nprofile{*key, entries->relays};
}

QByteArray toNevent(const Nevent &event)
{
    QByteArray data;
    appendEntry(data, Special, viewOf(event.id));
    for (const QByteArray &relay : event.relays)
        appendEntry(data, Relay, relay);
    if (event.author)
        appendEntry(data, Author, viewOf(*event.author));
    if (event.kind) {
        const auto bigEndian = qToBigEndian(*event.kind);
        appendEntry(data, KindNumber, {reinterpret_cast<const char *>(&bigEndian), sizeof bigEndian});
    }
    return bech32Encode("nevent", data);
}

std::optional<Nevent> fromNevent(QByteArrayView text)
{
    const auto entries = entriesFromBech32(text, "nevent");
    if (!entries || !entries->special)
        return std::nullopt;
    const auto id = idFrom<EventId>(*entries->special);
    if (!id)
        return std::nullopt;
    Nevent out{*id, entries->relays, std::nullopt, std::nullopt};
    if (entries->author) {
        out.author = idFrom<PubKey>(*entries->author);
        if (!out.author)
            return std::nullopt;
    }
    if (entries->kind) {
        if (entries->kind->size() != 4)
            return std::nullopt;
        out.kind = qFromBigEndian<std::uint32_t>(entries->kind->constData());
    }
    return out;
}

PubKey parsePubKey(const QString &text, const QByteArray &field)
{
    return parseId<PubKey>(text, field, "npub", "nprofile",
                           QStringLiteral("This names an event, not a person: use the npub."));
}

EventId parseEventId(const QString &text, const QByteArray &field)
{
    return parseId<EventId>(
        text, field, "note", "nevent",
        QStringLiteral("This does not name a single event: use its note or nevent, or its id."));
}

} // namespace tower
