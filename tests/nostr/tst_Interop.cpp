// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"
#include "core/nostr/Nip98.h"
#include "tests/nostr/NostrSamples.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

using namespace tower;

namespace {

const QString folder = QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node");

/// Runs tests/peers/node/events.mjs to its end; returns its lines, none when it failed.
QList<QJsonObject> node(const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QStringLiteral("node"), QStringList{QStringLiteral("events.mjs")} + arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(280'000) || process.exitCode() != 0)
        return {};
    QList<QJsonObject> out;
    for (const QByteArray &line : process.readAllStandardOutput().split('\n')) {
        if (!line.isEmpty())
            out.append(QJsonDocument::fromJson(line).object());
    }
    return out;
}

QByteArray text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString().toUtf8();
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace

/// Our keys, events and verdicts beside those of nostr-tools, an independent implementation.
class TestInterop : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void weReadTheirs();
    void theyReadOurs();
    void authorizations();
    void sameVerdictOnMutatedEvents();
};

void TestInterop::initTestCase()
{
    const bool there = !QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty() &&
                       QDir(folder + QStringLiteral("/node_modules/nostr-tools")).exists();
    if (there)
        return;
    if (qEnvironmentVariable("TOWER_REQUIRE_NODE") == QLatin1String("1"))
        QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
    QSKIP("not run: needs node, and npm ci in tests/peers/node");
}

void TestInterop::weReadTheirs()
{
    const QList<QJsonObject> lines = node({QStringLiteral("keys"), QStringLiteral("50")});
    QCOMPARE(lines.size(), 50);
    for (const QJsonObject &line : lines) {
        const auto secret = SecretKey::fromText(text(line, "nsec"));
        QVERIFY(secret);
        QCOMPARE(secret->bytes(), SecretKey::fromText(text(line, "sk"))->bytes());
        const PubKey key = secret->pubKey();
        QCOMPARE(key.hex(), text(line, "pubkey"));
        QCOMPARE(toNpub(key), text(line, "npub"));
        QCOMPARE(fromNpub(text(line, "npub")), std::optional(key));
        const auto profile = fromNprofile(text(line, "nprofile"));
        QVERIFY(profile && profile->pubkey == key);

        const EventParse parse = parseEvent(QByteArray::fromBase64(text(line, "event")));
        QVERIFY2(parse.event, parse.problem.constData());
        QCOMPARE(checkEvent(*parse.event), QByteArray());
        QCOMPARE(toNote(parse.event->id), text(line, "note"));
        const auto nevent = fromNevent(text(line, "nevent"));
        QVERIFY(nevent && nevent->id == parse.event->id && nevent->author == key);
        QCOMPARE(nevent->relays, profile->relays);
        QCOMPARE(nevent->kind, std::optional(static_cast<std::uint32_t>(parse.event->kind)));
    }
}

void TestInterop::theyReadOurs()
{
    std::vector<Event> events;
    QByteArray input;
    for (char i = 1; i <= 50; ++i) {
        const SecretKey secret = samples::key(i);
        Event event;
        event.createdAt = 1'700'000'000 + i;
        event.kind = i * 1'000;
        event.tags = {{}, {"t", QByteArray(i, '"')}, {"\\", "\xe4\xb8\xad\n"}};
        event.content = QByteArray("\0\x01\x1f\b\f\n\r\t\"\\/\xc3\xa9\xf0\x9f\x98\x80", 18).repeated(i);
        event = samples::sign(event, secret);
        const QByteArray secretBytes(reinterpret_cast<const char *>(secret.bytes().data()), 32);
        const Nevent reference{
            event.id, {"wss://relay.example"}, event.pubkey, static_cast<std::uint32_t>(event.kind)};
        input += compact({{QStringLiteral("sk"), QString::fromLatin1(secretBytes.toHex())},
                          {QStringLiteral("npub"), QString::fromLatin1(toNpub(event.pubkey))},
                          {QStringLiteral("nevent"), QString::fromLatin1(toNevent(reference))},
                          {QStringLiteral("event"), QString::fromLatin1(event.toJson().toBase64())}});
        events.push_back(event);
    }
    const QList<QJsonObject> answers = node({QStringLiteral("verify")}, input);
    QCOMPARE(answers.size(), 50);
    for (qsizetype i = 0; i < answers.size(); ++i) {
        const Event &event = events[static_cast<std::size_t>(i)];
        QVERIFY(answers[i].value(QStringLiteral("valid")).toBool());
        QCOMPARE(text(answers[i], "id"), event.id.hex());
        QCOMPARE(text(answers[i], "pubkey"), event.pubkey.hex());
        QCOMPARE(text(answers[i], "npub"), event.pubkey.hex());
        const QJsonArray expected{event.id.text(), event.pubkey.text(), event.kind,
                                  QStringLiteral("wss://relay.example")};
        QCOMPARE(answers[i].value(QStringLiteral("nevent")).toArray(), expected);
    }
}

void TestInterop::authorizations()
{
    const QString url = QStringLiteral("https://tower.example/api/relay/manage?x=1");
    const Millis now = SystemClock().now(); // nostr-tools takes the machine's time
    const SecretKey secret = samples::key();
    const QByteArray header = makeNip98(secret, "POST", url, {}, now);
    const QByteArray other = makeNip98(secret, "GET", url, {}, now);
    const QList<QJsonObject> lines =
        node({QStringLiteral("nip98"), url, QStringLiteral("POST")}, header + '\n' + other + '\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[1].value(QStringLiteral("valid")).toBool());
    QVERIFY(!lines[2].value(QStringLiteral("valid")).toBool());

    const Nip98Expectation expected{{url}, "POST", R"({"a":1})", true, now};
    const PubKey signer =
        verifyNip98(text(lines[0], "header"), expected, [](const EventId &) { return true; });
    QCOMPARE(signer.hex(), text(lines[0], "pubkey"));
}

void TestInterop::sameVerdictOnMutatedEvents()
{
    // TOWER_INTEROP_EVENTS and TOWER_INTEROP_SEED let a longer run try more and others.
    const QString count = qEnvironmentVariable("TOWER_INTEROP_EVENTS", QStringLiteral("20000"));
    const QString seed = qEnvironmentVariable("TOWER_INTEROP_SEED", QStringLiteral("1"));
    const QList<QJsonObject> lines = node({QStringLiteral("mutate"), count, seed});
    QCOMPARE(lines.size(), count.toLongLong());

    // Exceptions that need not lead to a refusal: a number in another key is no business of ours as long as
    // it fits, and 2^53 itself is still a time.
    const QSet<QString> mayPass{QStringLiteral("number not written as an integer"),
                                QStringLiteral("number over 64 bits"),
                                QStringLiteral("created_at out of 0..2^53")};
    int accepted = 0;
    QSet<QString> met;
    for (const QJsonObject &line : lines) {
        const QByteArray json = QByteArray::fromBase64(text(line, "event"));
        const EventParse parse = parseEvent(json);
        const bool ours = parse.event && checkEvent(*parse.event).isEmpty();
        const bool theirs = line.value(QStringLiteral("verdict")).toBool();
        bool mustRefuse = false;
        const QJsonArray why = line.value(QStringLiteral("why")).toArray();
        for (const auto &name : why) {
            met.insert(name.toString());
            mustRefuse = mustRefuse || !mayPass.contains(name.toString());
        }
        const bool agreed = ours == theirs || (theirs && !ours && !why.isEmpty());
        QVERIFY2(agreed && !(ours && mustRefuse), (parse.problem + " <- " + json.left(2000)).constData());
        accepted += ours;
    }
    QVERIFY2(accepted > lines.size() / 20, "hardly anything was accepted: the comparison says little");
    QVERIFY2(met.size() >= 8, "the written exceptions were hardly met");
}

QTEST_GUILESS_MAIN(TestInterop)
#include "tst_Interop.moc"
