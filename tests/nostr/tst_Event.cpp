// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"
#include "tests/nostr/NostrSamples.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <rapidcheck.h>

using namespace tower;

namespace {

/// A string of any Unicode, control characters and quotes included, without what the parser refuses (DEL).
QByteArray anyText()
{
    const auto codes = *rc::gen::container<std::u32string>(rc::gen::oneOf(
        rc::gen::inRange<char32_t>(0, 0x7f), rc::gen::inRange<char32_t>(0x80, 0xd800),
        rc::gen::inRange<char32_t>(0xe000, 0x110000),
        rc::gen::element<char32_t>('"', '\\', '\n', '\r', '\t', '\b', '\f', 0, 0x1f, 0x2028, 0xfeff)));
    return QString::fromUcs4(codes.data(), static_cast<qsizetype>(codes.size())).toUtf8();
}

Event anyEvent()
{
    Event event;
    event.createdAt = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 53);
    event.kind = *rc::gen::inRange(0, Event::maximumKind + 1);
    event.content = anyText();
    event.tags.resize(*rc::gen::inRange<std::size_t>(0, 5));
    for (auto &tag : event.tags) {
        tag.resize(*rc::gen::inRange<std::size_t>(0, 4));
        for (QByteArray &entry : tag)
            entry = anyText();
    }
    return samples::sign(event);
}

bool same(const Event &a, const Event &b)
{
    return a.id == b.id && a.pubkey == b.pubkey && a.createdAt == b.createdAt && a.kind == b.kind &&
           a.tags == b.tags && a.content == b.content && a.signature == b.signature;
}

} // namespace

class TestEvent : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { samples::fixSeed(); }
    void readsAnEventOfAnotherClient();
    void escapesAsTheNipSays();
    void tagFindsTheFirstWithAValue();
    void ephemeralKinds();
    void checksIdThenSignature();
    void writtenEventsReadBack();
    void objectsReadLikeTexts();
    void writtenFormDoesNotChangeTheId();
    void anyChangedByteIsNoticed();
};

void TestEvent::readsAnEventOfAnotherClient()
{
    // Made and signed with nostr-tools 2.25.2 and the key 0707...07.
    const EventParse parse =
        parseEvent(R"json({"kind":1,"created_at":1700000000,"tags":[["p","aa"],[]],)json"
                   R"json("content":"h\u00e9llo \"w\"\n\u0001 \ud83d\ude00",)json"
                   R"json("pubkey":"989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",)json"
                   R"json("id":"2549b627d484f7b08666bfbc51ecbf2c059ae605d42f26f71132dd6792801825",)json"
                   R"json("sig":"94e80f0734220a7aedf5bcfe6c54bd8c658f865e3f97d83d6fd02e3735880c67)json"
                   R"json(77b7086f4155476edb3dfa803bb58cfc199b3890563bc780b4a4b20b1ca1b309"})json");
    QVERIFY2(parse.event, parse.problem.constData());
    QCOMPARE(parse.event->content, QByteArray("h\xc3\xa9llo \"w\"\n\x01 \xf0\x9f\x98\x80"));
    QCOMPARE(parse.event->tags.size(), 2U);
    QCOMPARE(checkEvent(*parse.event), QByteArray());
}

void TestEvent::escapesAsTheNipSays()
{
    Event event;
    event.createdAt = 5;
    event.kind = 9;
    event.tags = {{}, {"a\"", "\\"}};
    event.content = QByteArray("\n\"\\\r\t\b\f\x01\x1f\0/\x7f\xc3\xa9\xe2\x80\xa8", 17);
    QCOMPARE(event.serialized(),
             "[0,\"" + QByteArray(64, '0') +
                 "\",5,9,[[],[\"a\\\"\",\"\\\\\"]],"
                 "\"\\n\\\"\\\\\\r\\t\\b\\f\\u0001\\u001f\\u0000/\x7f\xc3\xa9\xe2\x80\xa8\"]");
}

void TestEvent::tagFindsTheFirstWithAValue()
{
    Event event;
    event.tags = {{}, {"u"}, {"u", "one", "more"}, {"u", "two"}, {"v", ""}};
    QCOMPARE(event.tag("u"), std::optional<QByteArray>("one"));
    QCOMPARE(event.tag("v"), std::optional<QByteArray>(""));
    QCOMPARE(event.tag("w"), std::optional<QByteArray>());
}

void TestEvent::ephemeralKinds()
{
    for (const auto &[kind, ephemeral] :
         {std::pair(19'999, false), {20'000, true}, {29'999, true}, {30'000, false}}) {
        Event event;
        event.kind = kind;
        QCOMPARE(event.isEphemeral(), ephemeral);
    }
}

void TestEvent::checksIdThenSignature()
{
    const Event good = samples::note();
    QCOMPARE(checkEvent(good), QByteArray());

    Event changed = good;
    changed.content += '!';
    QVERIFY(checkEvent(changed).startsWith("id "));
    changed.id = changed.computedId();
    QVERIFY(checkEvent(changed).startsWith("signature "));

    Event stolen = good;
    stolen.pubkey = samples::key(9).pubKey();
    stolen.id = stolen.computedId();
    QVERIFY(checkEvent(stolen).startsWith("signature "));
}

void TestEvent::writtenEventsReadBack()
{
    QVERIFY(rc::check("an event written as JSON reads back as it was", [] {
        const Event event = anyEvent();
        const EventParse parse = parseEvent(event.toJson());
        RC_ASSERT(parse.problem.toStdString() == std::string());
        RC_ASSERT(parse.id == event.id.hex());
        RC_ASSERT(same(*parse.event, event));
        RC_ASSERT(checkEvent(*parse.event).isEmpty());
    }));
}

void TestEvent::objectsReadLikeTexts()
{
    QVERIFY(rc::check("QJsonObject there and back", [] {
        const Event event = anyEvent();
        const EventParse parse = parseEvent(event.toJsonObject());
        RC_ASSERT(parse.problem.toStdString() == std::string());
        RC_ASSERT(same(*parse.event, event));
    }));
}

void TestEvent::writtenFormDoesNotChangeTheId()
{
    QVERIFY(rc::check("blanks and the order of keys do not change the id", [] {
        const Event event = anyEvent();
        const QJsonDocument document(event.toJsonObject()); // sorts the keys
        const EventParse parse = parseEvent(document.toJson(QJsonDocument::Indented));
        RC_ASSERT(parse.event.has_value());
        RC_ASSERT(parse.event->computedId() == event.id);
    }));
}

void TestEvent::anyChangedByteIsNoticed()
{
    QVERIFY(rc::check("one byte of a signed event changed", [] {
        const Event event = anyEvent();
        QByteArray json = event.toJson();
        const auto at = *rc::gen::inRange<qsizetype>(0, json.size());
        const auto byte = *rc::gen::arbitrary<char>();
        RC_PRE(json[at] != byte);
        json[at] = byte;
        const EventParse parse = parseEvent(json);
        // Another spelling of the same text would be the same event; anything else is refused.
        const bool harmless =
            !parse.event || !checkEvent(*parse.event).isEmpty() || same(*parse.event, event);
        RC_ASSERT(harmless);
        RC_ASSERT(parse.event.has_value() == parse.problem.isEmpty());
    }));
}

QTEST_GUILESS_MAIN(TestEvent)
#include "tst_Event.moc"
