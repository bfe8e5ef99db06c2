// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"
#include "tests/nostr/NostrSamples.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace tower;

namespace {

const QByteArray hex64(64, 'a');
const QByteArray hex128(128, 'b');

/// The members of a well-formed event as raw JSON, so that a test can spoil one.
class Raw
{
public:
    Raw &set(const QByteArray &name, const QByteArray &value)
    {
        m_members[name] = value;
        return *this;
    }
    Raw &drop(const QByteArray &name)
    {
        m_members.remove(name);
        return *this;
    }
    Raw &add(const QByteArray &text)
    {
        m_more += ',' + text;
        return *this;
    }
    [[nodiscard]] QByteArray json() const
    {
        QByteArray out = "{";
        for (auto it = m_members.begin(); it != m_members.end(); ++it)
            out += (it == m_members.begin() ? "\"" : ",\"") + it.key() + "\":" + it.value();
        return out + m_more + '}';
    }

private:
    QMap<QByteArray, QByteArray> m_members{
        {"id", '"' + hex64 + '"'},   {"pubkey", '"' + hex64 + '"'}, {"created_at", "1"},        {"kind", "1"},
        {"tags", "[[\"t\",\"x\"]]"}, {"content", "\"hi\""},         {"sig", '"' + hex128 + '"'}};
    QByteArray m_more;
};

QByteArray quoted(const QByteArray &text)
{
    return '"' + text + '"';
}

} // namespace

class TestEventRefusals : public QObject
{
    Q_OBJECT

private slots:
    void malformed_data();
    void malformed();
    void wellFormed_data();
    void wellFormed();
    void sizeLimit();
    void objectsAreReadAsStrictly_data();
    void objectsAreReadAsStrictly();
    void problemsDoNotEchoInput();
    void policyLine();
    void policyLineShapes_data();
    void policyLineShapes();
    void policyLineSize();
    void policyBatch();
};

void TestEventRefusals::malformed_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("id");
    const auto row = [](const char *name, const QByteArray &json, const QByteArray &field,
                        const QByteArray &id = hex64) { QTest::newRow(name) << json << field << id; };

    for (const char *name : {"pubkey", "created_at", "kind", "tags", "content", "sig"}) {
        QTest::addRow("%s is missing", name) << Raw().drop(name).json() << QByteArray(name) << hex64;
        QTest::addRow("%s is null", name) << Raw().set(name, "null").json() << QByteArray(name) << hex64;
        QTest::addRow("%s is an object", name) << Raw().set(name, "{}").json() << QByteArray(name) << hex64;
    }
    row("id is missing", Raw().drop("id").json(), "id", "");
    row("id is a number", Raw().set("id", "5").json(), "id", "");
    row("id in capitals", Raw().set("id", quoted(hex64.toUpper())).json(), "id", hex64.toUpper());
    row("id too short", Raw().set("id", "\"abc\"").json(), "id", "abc");
    row("id too long to echo", Raw().set("id", quoted(hex64 + 'a')).json(), "id", "");
    row("id not printable", Raw().set("id", "\"\\u0001\"").json(), "id", "");
    row("id not ASCII", Raw().set("id", "\"\xc3\xa9\"").json(), "id", "");
    row("pubkey in capitals", Raw().set("pubkey", quoted(hex64.toUpper())).json(), "pubkey");
    row("pubkey of 63 digits", Raw().set("pubkey", quoted(hex64.first(63))).json(), "pubkey");
    row("pubkey with a g", Raw().set("pubkey", quoted(hex64.first(63) + 'g')).json(), "pubkey");
    row("sig in capitals", Raw().set("sig", quoted(hex128.toUpper())).json(), "sig");
    row("sig of 64 digits", Raw().set("sig", quoted(hex64)).json(), "sig");

    row("kind 65536", Raw().set("kind", "65536").json(), "kind");
    row("kind negative", Raw().set("kind", "-1").json(), "kind");
    row("kind 1.0", Raw().set("kind", "1.0").json(), "kind");
    row("kind 1e3", Raw().set("kind", "1e3").json(), "kind");
    row("kind as a string", Raw().set("kind", "\"1\"").json(), "kind");
    row("kind 2^32 + 1", Raw().set("kind", "4294967297").json(), "kind");
    row("kind 2^64 - 1", Raw().set("kind", "18446744073709551615").json(), "kind");
    row("kind over 64 bits", Raw().set("kind", "99999999999999999999999").json(), "kind");
    row("kind true", Raw().set("kind", "true").json(), "kind");
    row("created_at negative", Raw().set("created_at", "-1").json(), "created_at");
    row("created_at over 2^53", Raw().set("created_at", "9007199254740993").json(), "created_at");
    row("created_at 1.5", Raw().set("created_at", "1.5").json(), "created_at");
    row("created_at as a string", Raw().set("created_at", "\"1\"").json(), "created_at");

    row("tags of strings", Raw().set("tags", "[\"p\"]").json(), "tags");
    row("tags with a number", Raw().set("tags", "[[\"p\",1]]").json(), "tags");
    row("tags with null", Raw().set("tags", "[[\"p\",null]]").json(), "tags");
    row("tags nested deeper", Raw().set("tags", "[[[\"p\"]]]").json(), "tags");
    row("tags with an object", Raw().set("tags", "[{}]").json(), "tags");
    row("DEL in a tag", Raw().set("tags", "[[\"t\",\"a\x7f\"]]").json(), "tags");
    row("DEL in the content", Raw().set("content", "\"a\x7f\"").json(), "content");
    row("DEL escaped", Raw().set("content", "\"a\\u007f\"").json(), "content");

    row("half a surrogate pair, high", Raw().set("content", "\"\\ud800\"").json(), "content");
    row("half a surrogate pair, low", Raw().set("content", "\"\\udc00\"").json(), "content");
    row("surrogates in the wrong order", Raw().set("content", "\"\\udc00\\ud800\"").json(), "content");
    row("half a surrogate pair in a tag", Raw().set("tags", "[[\"\\ud83dx\"]]").json(), "tags");
    row("raw control character", Raw().set("content", "\"a\nb\"").json(), "");
    row("raw NUL", Raw().set("content", QByteArray("\"a\0b\"", 5)).json(), "");
    row("bad escape", Raw().set("content", "\"\\x\"").json(), "", "");
    row("number over the range in another key", Raw().add("\"x\":1e999").json(), "", "");
    row("bad UTF-8", Raw().set("content", "\"\xc3(\"").json(), "", "");
    row("overlong UTF-8", Raw().set("content", "\"\xc0\x80\"").json(), "", "");
    row("surrogate in UTF-8", Raw().set("content", "\"\xed\xa0\x80\"").json(), "", "");

    for (const char *name : {"id", "pubkey", "created_at", "kind", "tags", "content", "sig", "other"}) {
        const QByteArray twice = Raw().add("\"other\":1,\"" + QByteArray(name) + "\":2").json();
        QTest::addRow("%s twice", name) << twice << QByteArray() << hex64;
    }
    row("kind twice, once escaped", Raw().add("\"\\u006bind\":1").json(), "");

    row("nothing", "", "", "");
    row("an array", "[]", "", "");
    row("a string", "\"x\"", "", "");
    row("cut off", Raw().json().chopped(1), "", "");
    row("something behind it", Raw().json() + "x", "", "");
    row("two events", Raw().json() + Raw().json(), "", "");
    row("comma at the end", Raw().json().chopped(1) + ",}", "", "");
    row("byte order mark", "\xef\xbb\xbf" + Raw().json(), "", "");
    row("single quotes", Raw().json().replace('"', '\''), "", "");
    row("nested 5,000 deep", Raw().add("\"x\":" + QByteArray(5000, '[') + QByteArray(5000, ']')).json(), "",
        "");
}

void TestEventRefusals::malformed()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, id);
    const EventParse parse = parseEvent(json);
    QVERIFY(!parse.event);
    QVERIFY(!parse.problem.isEmpty());
    QCOMPARE(parse.field, field);
    if (!id.isEmpty() || json.startsWith("{\"content\":\"hi\""))
        QCOMPARE(parse.id, id);
}

void TestEventRefusals::wellFormed_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("plain") << Raw().json();
    QTest::newRow("other keys") << Raw().add("\"seen_on\":[{\"a\":null}],\"x\":-1.5e3").json();
    QTest::newRow("no tags") << Raw().set("tags", "[]").json();
    QTest::newRow("empty tag") << Raw().set("tags", "[[]]").json();
    QTest::newRow("kind 0") << Raw().set("kind", "0").json();
    QTest::newRow("kind 65535") << Raw().set("kind", "65535").json();
    QTest::newRow("created_at 0") << Raw().set("created_at", "0").json();
    QTest::newRow("created_at 2^53") << Raw().set("created_at", "9007199254740992").json();
    QTest::newRow("control characters, escaped") << Raw().set("content", "\"\\u0000\\u001f\\n\"").json();
    QTest::newRow("a surrogate pair") << Raw().set("content", "\"\\ud83d\\ude00\"").json();
    QTest::newRow("blanks") << " \t\r\n" + Raw().json() + "\n";
    QTest::newRow("escaped key") << Raw().json().replace("\"kind\"", "\"\\u006bind\"");
}

void TestEventRefusals::wellFormed()
{
    QFETCH(QByteArray, json);
    const EventParse parse = parseEvent(json);
    QVERIFY2(parse.event, parse.problem.constData());
    QVERIFY(parse.problem.isEmpty());
    QVERIFY(parse.field.isEmpty());
    QCOMPARE(parse.id, hex64);
    QCOMPARE(parse.event->id.hex(), hex64);
}

void TestEventRefusals::sizeLimit()
{
    const qsizetype rest = Raw().set("content", "\"\"").json().size();
    const auto ofSize = [&](qsizetype size) {
        return Raw().set("content", quoted(QByteArray(size - rest, 'x'))).json();
    };
    QCOMPARE(ofSize(65'536).size(), 65'536);
    QVERIFY(parseEvent(ofSize(65'536)).event);
    for (const qsizetype size : {65'537, 300'000}) {
        const EventParse parse = parseEvent(ofSize(size));
        QVERIFY(!parse.event);
        QCOMPARE(parse.problem, QByteArray("event larger than 65536 bytes"));
        QCOMPARE(parse.id, hex64);
    }
}

void TestEventRefusals::objectsAreReadAsStrictly_data()
{
    malformed_data();
}

void TestEventRefusals::objectsAreReadAsStrictly()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, field);
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isObject() || field.isEmpty())
        return; // what Qt's reader does not take or no longer shows can't be seen in the object
    if (QByteArray(QTest::currentDataTag()) == "kind 1.0" ||
        QByteArray(QTest::currentDataTag()) == "kind 1e3")
        return; // Qt reads these as the integer
    const EventParse parse = parseEvent(document.object());
    QVERIFY(!parse.event);
    QCOMPARE(parse.field, field);
}

void TestEventRefusals::problemsDoNotEchoInput()
{
    for (const char *name : {"id", "pubkey", "created_at", "kind", "tags", "content", "sig"})
        QVERIFY(!parseEvent(Raw().set(name, "{\"NEEDLE\":\"NEEDLE\"}").json()).problem.contains("NEEDLE"));
    QVERIFY(!parseEvent(Raw().add("\"NEEDLE\":1,\"NEEDLE\":2").json()).problem.contains("NEEDLE"));
}

void TestEventRefusals::policyLine()
{
    const Event event = samples::note();
    const PolicyLine line =
        parsePolicyLine(R"({"type":"new","event":)" + event.toJson() +
                        R"(,"receivedAt":1700000001,"sourceType":"IP4","sourceInfo":"10.0.0.1"})");
    QVERIFY(line.isObject);
    QVERIFY(line.hasEvent);
    QCOMPARE(line.type, QByteArray("new"));
    QCOMPARE(line.sourceType, QByteArray("IP4"));
    QCOMPARE(line.sourceInfo, QByteArray("10.0.0.1"));
    QCOMPARE(line.receivedAt, std::optional<std::int64_t>(1'700'000'001));
    QVERIFY(line.event.event);
    QCOMPARE(line.event.id, event.id.hex());
    QCOMPARE(checkEvent(*line.event.event), QByteArray());
}

void TestEventRefusals::policyLineShapes_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<bool>("isObject");
    QTest::addColumn<bool>("hasEvent");
    QTest::addColumn<bool>("readable");
    QTest::addColumn<QByteArray>("id");
    const auto row = [](const char *name, const QByteArray &line, bool isObject, bool hasEvent, bool readable,
                        const QByteArray &id) {
        QTest::newRow(name) << line << isObject << hasEvent << readable << id;
    };
    const auto with = [](const QByteArray &event) { return R"({"type":"new","event":)" + event + '}'; };
    row("nothing", "", false, false, false, "");
    row("not JSON", "hello", false, false, false, "");
    row("array", "[1]", false, false, false, "");
    row("no event", R"({"type":"new"})", true, false, false, "");
    row("event is a string", with("\"x\""), true, false, false, "");
    row("event is null", with("null"), true, false, false, "");
    row("event is empty", with("{}"), true, true, false, "");
    row("good", with(Raw().json()), true, true, true, hex64);
    row("other fields of another type",
        R"({"type":1,"receivedAt":"x","sourceInfo":null,"event":)" + Raw().json() + '}', true, true, true,
        hex64);
    row("malformed event", with(Raw().set("kind", "\"1\"").json()), true, true, false, hex64);
    row("raw control character", with(Raw().set("content", "\"a\tb\"").json()), true, true, false, hex64);
    row("half a surrogate pair", with(Raw().set("content", "\"\\ud800\"").json()), true, true, false, hex64);
    row("kind over 64 bits", with(Raw().set("kind", "99999999999999999999").json()), true, true, false,
        hex64);
    row("duplicate key", with(Raw().add("\"kind\":1").json()), true, true, false, hex64);
    row("two events", R"({"event":)" + Raw().json() + R"(,"event":)" + Raw().json() + '}', true, true, false,
        hex64);
    row("an event and null", R"({"event":)" + Raw().json() + R"(,"event":null})", true, true, false, hex64);
    row("cut off", with(Raw().json()).chopped(1), false, false, false, "");
}

void TestEventRefusals::policyLineShapes()
{
    QFETCH(QByteArray, line);
    const PolicyLine read = parsePolicyLine(line);
    QTEST(read.isObject, "isObject");
    QTEST(read.hasEvent, "hasEvent");
    QTEST(read.event.event.has_value(), "readable");
    QTEST(read.event.id, "id");
    if (read.hasEvent)
        QCOMPARE(read.event.problem.isEmpty(), read.event.event.has_value());
}

void TestEventRefusals::policyLineSize()
{
    const qsizetype rest = Raw().set("content", "\"\"").json().size();
    const auto lineWith = [&](qsizetype eventSize) {
        return R"({"type":"new", "event": )" +
               Raw().set("content", quoted(QByteArray(eventSize - rest, 'x'))).json() +
               R"( ,"receivedAt":1,"sourceInfo":")" + QByteArray(200, '1') + "\"}";
    };
    QVERIFY(parsePolicyLine(lineWith(65'536)).event.event); // the line is larger, the event is not
    const PolicyLine large = parsePolicyLine(lineWith(65'537));
    QVERIFY(!large.event.event);
    QCOMPARE(large.event.problem, QByteArray("event larger than 65536 bytes"));
    QCOMPARE(large.event.id, hex64);
}

void TestEventRefusals::policyBatch()
{
    const QByteArray good = samples::note().toJson();
    const QByteArray bad = Raw().set("content", "\"a\x7f\"").json();
    const auto lines =
        parsePolicyBatch(R"({"events":[)" + good + R"(,{"type":"new","event":)" + good + "}," + bad + "]}");
    QVERIFY(lines);
    QCOMPARE(lines->size(), 3U);
    QVERIFY(lines->at(0).event.event);
    QCOMPARE(lines->at(1).type, QByteArray("new"));
    QVERIFY(lines->at(1).event.event);
    QVERIFY(lines->at(2).hasEvent);
    QCOMPARE(lines->at(2).event.field, QByteArray("content"));
    QCOMPARE(lines->at(2).event.id, hex64);
    QCOMPARE(parsePolicyBatch(R"({"events":[]})").value().size(), 0U);
    for (const char *text : {"", "[]", "{}", R"({"events":{}})", R"({"events":[1]})", R"({"events":["x"]})"})
        QVERIFY2(!parsePolicyBatch(text), text);
}

QTEST_GUILESS_MAIN(TestEventRefusals)
#include "tst_EventRefusals.moc"
