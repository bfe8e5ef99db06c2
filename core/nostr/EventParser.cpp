// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading events with simdjson's DOM: it validates the whole text (grammar, UTF-8, nothing behind the end,
// nesting of at most 1024) before anything is looked at. What it leaves to us: duplicate keys, DEL, ranges.
#include "core/nostr/Event.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace tower {

namespace {

namespace dom = simdjson::dom;
using namespace std::string_view_literals;

enum Field { Id, Pubkey, CreatedAt, Kind, Tags, Content, Sig, FieldCount };
constexpr std::array<const char *, FieldCount> fieldNames{"id",   "pubkey",  "created_at", "kind",
                                                          "tags", "content", "sig"};
using Fields = std::array<std::optional<dom::element>, FieldCount>;

constexpr std::int64_t maximumCreatedAt = std::int64_t{1} << 53;
constexpr qsizetype maximumEchoedId = 64;

/// A parser with its padded copy of the text; both keep their memory for the next text.
class Reader
{
public:
    simdjson::simdjson_result<dom::element> read(QByteArrayView json)
    {
        // Newer versions of simdjson skip a byte order mark; RFC 8259 lets a reader refuse it.
        if (json.startsWith("\xEF\xBB\xBF"))
            return simdjson::TAPE_ERROR;
        const auto size = static_cast<std::size_t>(json.size());
        if (m_padded.size() < size + simdjson::SIMDJSON_PADDING)
            m_padded.resize(size + simdjson::SIMDJSON_PADDING);
        std::copy(json.begin(), json.end(), m_padded.begin());
        return m_parser.parse(m_padded.data(), size, false);
    }

private:
    dom::parser m_parser;
    std::string m_padded;
};

/// Calls `use` with this thread's reader; a text far over any event's size gets one of its own, so that it
/// does not leave its memory behind.
template <class Use>
auto withReader(QByteArrayView json, Use use)
{
    if (json.size() <= 4 * Event::maximumBytes) {
        thread_local Reader reader;
        return use(reader);
    }
    Reader reader;
    return use(reader);
}

EventParse failed(QByteArray id, Field field, const char *what)
{
    EventParse out;
    out.field = fieldNames[field];
    out.problem = out.field + ' ' + what;
    out.id = std::move(id);
    return out;
}

EventParse failed(QByteArray id, QByteArray problem)
{
    EventParse out;
    out.problem = std::move(problem);
    out.id = std::move(id);
    return out;
}

QByteArray tooLarge()
{
    return "event larger than " + QByteArray::number(Event::maximumBytes) + " bytes";
}

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

/// What may be sent back as the id: short and printable, whatever it is.
QByteArray echoable(QByteArrayView id)
{
    const bool plain = std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    return plain && id.size() <= maximumEchoedId ? id.toByteArray() : QByteArray();
}

bool hasDel(std::string_view text)
{
    return text.find('\x7f') != std::string_view::npos;
}

template <std::size_t Size>
bool readHex(std::string_view hex, std::array<std::uint8_t, Size> &out)
{
    if (hex.size() != 2 * Size)
        return false;
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < Size; ++i) {
        const int high = digit(hex[2 * i]);
        const int low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

/// Sorts the members into fields; returns what is duplicated: a field's name, "another" key, or nothing.
const char *collect(dom::object object, Fields &fields)
{
    thread_local std::vector<std::string_view> others;
    others.clear();
    for (const dom::key_value_pair member : object) {
        const auto known = std::find(fieldNames.begin(), fieldNames.end(), member.key);
        if (known == fieldNames.end()) {
            others.push_back(member.key);
            continue;
        }
        auto &field = fields[static_cast<std::size_t>(known - fieldNames.begin())];
        if (field)
            return *known;
        field = member.value;
    }
    std::sort(others.begin(), others.end());
    return std::adjacent_find(others.begin(), others.end()) == others.end() ? nullptr : "another";
}

/// Problem with the tags, or nullptr.
const char *readTags(dom::element value, std::vector<std::vector<QByteArray>> &tags)
{
    constexpr const char *shape = "is not an array of arrays of strings";
    dom::array outer;
    if (value.get(outer))
        return shape;
    tags.reserve(outer.size());
    for (const dom::element item : outer) {
        dom::array inner;
        if (item.get(inner))
            return shape;
        auto &tag = tags.emplace_back();
        tag.reserve(inner.size());
        for (const dom::element entry : inner) {
            std::string_view text;
            if (entry.get(text))
                return shape;
            if (hasDel(text))
                return "holds a DEL character (0x7f)";
            tag.push_back(bytes(text));
        }
    }
    return nullptr;
}

/// Problem with a number that must be an integer in 0..maximum, or nullptr.
const char *readInteger(dom::element value, std::int64_t maximum, std::int64_t &out)
{
    if (!value.is<std::int64_t>())
        return value.is<std::uint64_t>() ? "is out of range" : "is not an integer";
    out = std::int64_t(value);
    return out < 0 || out > maximum ? "is out of range" : nullptr;
}

EventParse readEvent(dom::object object)
{
    Fields fields;
    const char *duplicate = collect(object, fields);

    std::string_view text;
    QByteArray echoed;
    if (fields[Id] && !fields[Id]->get(text))
        echoed = echoable(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
    if (duplicate)
        return failed(echoed, QByteArray("event has ") + duplicate + " key twice");
    for (int field = Id; field < FieldCount; ++field) {
        if (!fields[static_cast<std::size_t>(field)])
            return failed(echoed, static_cast<Field>(field), "is missing");
    }

    Event event;
    std::array<std::uint8_t, 32> key;
    if (fields[Id]->get(text) || !readHex(text, key))
        return failed(echoed, Id, "is not 64 lower-case hex digits");
    event.id = EventId(key);
    if (fields[Pubkey]->get(text) || !readHex(text, key))
        return failed(echoed, Pubkey, "is not 64 lower-case hex digits");
    event.pubkey = PubKey(key);
    if (const char *problem = readInteger(*fields[CreatedAt], maximumCreatedAt, event.createdAt))
        return failed(echoed, CreatedAt, problem);
    std::int64_t kind = 0;
    if (const char *problem = readInteger(*fields[Kind], Event::maximumKind, kind))
        return failed(echoed, Kind, problem);
    event.kind = static_cast<int>(kind);
    if (const char *problem = readTags(*fields[Tags], event.tags))
        return failed(echoed, Tags, problem);
    if (fields[Content]->get(text))
        return failed(echoed, Content, "is not a string");
    if (hasDel(text))
        return failed(echoed, Content, "holds a DEL character (0x7f)");
    event.content = bytes(text);
    if (fields[Sig]->get(text) || !readHex(text, event.signature))
        return failed(echoed, Sig, "is not 128 lower-case hex digits");

    EventParse out;
    out.event = std::move(event);
    out.id = std::move(echoed);
    return out;
}

/// Why simdjson refused a text, for a person.
QByteArray explain(simdjson::error_code error)
{
    switch (error) {
    case simdjson::UNESCAPED_CHARS:
        return "event holds a raw control character";
    case simdjson::STRING_ERROR:
        return "event holds a bad escape or half a surrogate pair";
    case simdjson::UTF8_ERROR:
        return "event is not valid UTF-8";
    case simdjson::NUMBER_ERROR:
        return "event holds a number that does not fit";
    case simdjson::DEPTH_ERROR:
        return "event is nested too deeply";
    default:
        return "event is not valid JSON";
    }
}

/// Reads a text that is one event; `error` says when it is not JSON at all by the strict rules.
EventParse readText(QByteArrayView json, simdjson::error_code &error)
{
    EventParse out = withReader(json, [&](Reader &reader) {
        dom::element root;
        error = reader.read(json).get(root);
        if (error)
            return failed({}, explain(error));
        dom::object object;
        if (root.get(object))
            return failed({}, "event is not a JSON object");
        return readEvent(object);
    });
    if (json.size() > Event::maximumBytes)
        return failed(out.id, tooLarge());
    return out;
}

/// What simdjson refused and Qt's more lenient reader takes: never an event, but often one can still say
/// which field is at fault, and answer with its id.
EventParse refused(const QJsonObject &object, simdjson::error_code error)
{
    EventParse out = parseEvent(object);
    if (!out.event && !out.field.isEmpty())
        return out;
    return failed(out.id, explain(error));
}

bool hasLoneSurrogate(const QJsonValue &value)
{
    if (value.isString())
        return !value.toString().isValidUtf16();
    if (!value.isArray())
        return false;
    const QJsonArray array = value.toArray();
    return std::any_of(array.begin(), array.end(), [](const auto &item) { return hasLoneSurrogate(item); });
}

/// Bytes of the event's own text inside a line that is already known to be valid.
std::size_t eventSize(QByteArrayView line)
{
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded(line.data(), static_cast<std::size_t>(line.size()));
    simdjson::ondemand::document document;
    simdjson::ondemand::object event;
    std::string_view raw;
    if (parser.iterate(padded).get(document) || document["event"].get_object().get(event) ||
        event.raw_json().get(raw))
        return padded.size();
    return raw.rfind('}') + 1; // the blanks behind it are not its own
}

} // namespace

EventParse parseEvent(QByteArrayView json)
{
    simdjson::error_code error = simdjson::SUCCESS;
    EventParse out = readText(json, error);
    if (error) {
        const QJsonDocument lenient = QJsonDocument::fromJson(json.toByteArray());
        if (lenient.isObject())
            return refused(lenient.object(), error);
    }
    return out;
}

EventParse parseEvent(const QJsonObject &object)
{
    const auto member = [&](Field field) { return object.value(QLatin1StringView(fieldNames[field])); };
    const QByteArray echoed = echoable(member(Id).toString().toUtf8());
    // Two things would get lost on the way through text: Qt writes half a surrogate pair as U+FFFD, and
    // numbers of 2^64 and more as digits that simdjson does not take, whichever field they are in.
    for (const Field field : {CreatedAt, Kind}) {
        if (std::abs(member(field).toDouble()) > static_cast<double>(maximumCreatedAt))
            return failed(echoed, field, "is out of range");
    }
    for (const Field field : {Tags, Content}) {
        if (hasLoneSurrogate(member(field)))
            return failed(echoed, field, "holds half a surrogate pair");
    }
    simdjson::error_code error = simdjson::SUCCESS;
    return readText(QJsonDocument(object).toJson(QJsonDocument::Compact), error);
}

PolicyLine parsePolicyLine(QByteArrayView json)
{
    return withReader(json, [json](Reader &reader) {
        PolicyLine line;
        dom::element root;
        if (const auto error = reader.read(json).get(root)) {
            const QJsonDocument lenient = QJsonDocument::fromJson(json.toByteArray());
            line.isObject = lenient.isObject();
            const QJsonValue event = lenient.object().value(QStringLiteral("event"));
            line.hasEvent = event.isObject();
            if (line.hasEvent)
                line.event = refused(event.toObject(), error);
            return line;
        }
        dom::object object;
        if (root.get(object))
            return line;
        line.isObject = true;

        int events = 0;
        for (const dom::key_value_pair member : object) {
            std::string_view text;
            dom::object event;
            std::int64_t number = 0;
            if (member.key == "event"sv) {
                ++events;
                if (!member.value.get(event)) {
                    line.hasEvent = true;
                    line.event = readEvent(event);
                }
            } else if (member.key == "type"sv && !member.value.get(text)) {
                line.type = bytes(text);
            } else if (member.key == "sourceType"sv && !member.value.get(text)) {
                line.sourceType = bytes(text);
            } else if (member.key == "sourceInfo"sv && !member.value.get(text)) {
                line.sourceInfo = bytes(text);
            } else if (member.key == "receivedAt"sv && !member.value.get(number)) {
                line.receivedAt = number;
            }
        }
        if (line.hasEvent && events > 1)
            line.event = failed(line.event.id, "line has more than one event");
        else if (line.hasEvent && json.size() > Event::maximumBytes && eventSize(json) > Event::maximumBytes)
            line.event = failed(line.event.id, tooLarge());
        return line;
    });
}

} // namespace tower
