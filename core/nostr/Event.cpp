// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"

#include "core/nostr/Keys.h"

#include <QJsonArray>
#include <QStringDecoder>

namespace tower {

namespace {

/// A JSON string as NIP-01 writes it: seven characters have a short escape, the other control characters are
/// \u00XX in lower case, and everything else (DEL and all of UTF-8) stands for itself.
void appendString(QByteArray &out, QByteArrayView text)
{
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    const char *run = text.data();
    const char *const end = run + text.size();
    for (const char *at = run; at != end; ++at) {
        const auto c = static_cast<unsigned char>(*at);
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        out.append(run, at - run);
        run = at + 1;
        switch (c) {
        case '"':
            out.append("\\\"", 2);
            break;
        case '\\':
            out.append("\\\\", 2);
            break;
        case '\n':
            out.append("\\n", 2);
            break;
        case '\r':
            out.append("\\r", 2);
            break;
        case '\t':
            out.append("\\t", 2);
            break;
        case '\b':
            out.append("\\b", 2);
            break;
        case '\f':
            out.append("\\f", 2);
            break;
        default:
            out.append("\\u00", 4);
            out += digits[c >> 4];
            out += digits[c & 15];
        }
    }
    out.append(run, end - run);
    out += '"';
}

void appendTags(QByteArray &out, const std::vector<std::vector<QByteArray>> &tags)
{
    out += '[';
    for (std::size_t i = 0; i < tags.size(); ++i) {
        out.append(i ? ",[" : "[");
        for (std::size_t j = 0; j < tags[i].size(); ++j) {
            if (j)
                out += ',';
            appendString(out, tags[i][j]);
        }
        out += ']';
    }
    out += ']';
}

QByteArray hexOf(const std::array<std::uint8_t, 64> &bytes)
{
    return QByteArray::fromRawData(reinterpret_cast<const char *>(bytes.data()), 64).toHex();
}

/// QString::fromUtf8 would drop a U+FEFF at the beginning, and with it the id would no longer match.
QString toText(const QByteArray &utf8)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
    return decoder(utf8);
}

qsizetype roughSize(const Event &event)
{
    qsizetype size = 400 + event.content.size() + event.content.size() / 8;
    for (const auto &tag : event.tags) {
        for (const QByteArray &entry : tag)
            size += entry.size() + 8;
    }
    return size;
}

} // namespace

std::optional<QByteArray> Event::tag(QByteArrayView name) const
{
    for (const auto &entries : tags) {
        if (entries.size() >= 2 && entries[0] == name)
            return entries[1];
    }
    return std::nullopt;
}

QByteArray Event::serialized() const
{
    QByteArray out;
    out.reserve(roughSize(*this));
    out.append("[0,\"").append(pubkey.hex()).append("\",");
    out.append(QByteArray::number(static_cast<qlonglong>(createdAt))).append(',');
    out.append(QByteArray::number(kind)).append(',');
    appendTags(out, tags);
    out.append(',');
    appendString(out, content);
    out.append(']');
    return out;
}

EventId Event::computedId() const
{
    return EventId(sha256(serialized()));
}

bool Event::hasValidSignature() const
{
    return verifySchnorr(pubkey, id.bytes(), signature);
}

QByteArray Event::toJson() const
{
    QByteArray out;
    out.reserve(roughSize(*this));
    out.append("{\"id\":\"").append(id.hex());
    out.append("\",\"pubkey\":\"").append(pubkey.hex());
    out.append("\",\"created_at\":").append(QByteArray::number(static_cast<qlonglong>(createdAt)));
    out.append(",\"kind\":").append(QByteArray::number(kind)).append(",\"tags\":");
    appendTags(out, tags);
    out.append(",\"content\":");
    appendString(out, content);
    out.append(",\"sig\":\"").append(hexOf(signature)).append("\"}");
    return out;
}

QJsonObject Event::toJsonObject() const
{
    QJsonArray outer;
    for (const auto &entries : tags) {
        QJsonArray inner;
        for (const QByteArray &entry : entries)
            inner.append(toText(entry));
        outer.append(inner);
    }
    return {{QStringLiteral("id"), id.text()},
            {QStringLiteral("pubkey"), pubkey.text()},
            {QStringLiteral("created_at"), static_cast<qint64>(createdAt)},
            {QStringLiteral("kind"), kind},
            {QStringLiteral("tags"), outer},
            {QStringLiteral("content"), toText(content)},
            {QStringLiteral("sig"), QString::fromLatin1(hexOf(signature))}};
}

QByteArray checkEvent(const Event &event)
{
    if (event.computedId() != event.id)
        return QByteArrayLiteral("id is not the hash of the event");
    if (!event.hasValidSignature())
        return QByteArrayLiteral("signature does not match the id and the pubkey");
    return {};
}

} // namespace tower
