// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QJsonArray>
#include <QTest>

using namespace tower;

namespace {

const QByteArray accounts = "/api/admin/relay/accounts";

QByteArray grantOf(const PubKey &key)
{
    return accounts + '/' + key.hex() + "/grant";
}

QByteArray revokeOf(const PubKey &key)
{
    return accounts + '/' + key.hex() + "/revoke";
}

QStringList column(const QJsonArray &items, const char *name)
{
    QStringList out;
    for (const QJsonValue &item : items)
        out << item.toObject().value(QLatin1String(name)).toVariant().toString();
    return out;
}

/// JSON written with single quotes, for reading's sake.
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"');
}

} // namespace

/// /api/admin/relay/accounts: the whitelist over HTTP.
class TestAccountRoutes : public QObject
{
    Q_OBJECT

private slots:
    void grantAndRevoke_data() { TestDatabase::engineRows(); }
    void grantAndRevoke()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const PubKey key = testPubKey(1);
        const QJsonObject granted =
            api.post(grantOf(key),
                     {{"level", "write"}, {"reason", "known"}, {"expiresAt", "2030-01-01T02:00:00+02:00"}})
                .json();
        QCOMPARE(granted.value("pubkey").toString(), key.text());
        QCOMPARE(granted.value("npub").toString().toLatin1(), toNpub(key));
        QCOMPARE(granted.value("level").toString(), QStringLiteral("write"));
        QCOMPARE(granted.value("grantedBy").toString(), QStringLiteral("manual"));
        QCOMPARE(granted.value("actor").toString(), QStringLiteral("admin:token"));
        QCOMPARE(granted.value("notes").toString(), QStringLiteral("known"));
        QCOMPARE(granted.value("expiresAt").toString(), QStringLiteral("2030-01-01T00:00:00.000Z"));
        QCOMPARE(granted.value("tier").toString(), QStringLiteral("new"));
        QCOMPARE(api.get(accounts + '/' + toNpub(key)).json(), granted);

        const Answer revoked = api.post(revokeOf(key), {{"reason", "enough"}});
        QCOMPARE(revoked.text("level"), QStringLiteral("none"));
        QVERIFY(revoked.json().value("revokedAt").isString());
        const QByteArray before = api.state();
        api.clock.advance(seconds(5));
        const Answer again = api.ask(ApiFixture::asAdmin({.method = "POST", .target = revokeOf(key)}));
        QCOMPARE(again.json(), revoked.json());
        QCOMPARE(api.state(), before);
        QCOMPARE(api.post(grantOf(key), {{"level", "read"}}).json().value("revokedAt").isNull(), true);
    }

    void keysInEveryForm()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const PubKey key = testPubKey(1);
        for (const QByteArray &form :
             {key.hex(), key.hex().toUpper(), toNpub(key), "nostr:" + toNpub(key), toNprofile({key, {}})})
            QCOMPARE(api.post(accounts + '/' + form + "/grant", {{"level", "read"}}).text("pubkey"),
                     key.text());
        QCOMPARE(api.relayAccounts.count(), 1);
    }

    void refusals_data()
    {
        const QByteArray key = testPubKey(1).hex();
        const QByteArray grant = accounts + '/' + key + "/grant";
        const QByteArray revoke = accounts + '/' + key + "/revoke";
        const QByteArray bulk = accounts + "/bulk";
        const QByteArray import = accounts + "/import";
        QByteArray wrongChecksum = toNpub(testPubKey(1));
        wrongChecksum[62] = wrongChecksum[62] == 'q' ? 'p' : 'q';
        const QByteArray tooLong = QByteArray(10'000, 'x');
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *name, const QByteArray &target, const QByteArray &body,
                            const char *expected) {
            QTest::newRow(name) << target << body << QByteArray(expected);
        };
        row("no level", grant, "{}", "400 invalid_request level");
        row("unknown level", grant, json("{'level':'admin'}"), "400 invalid_level level");
        row("level of another case", grant, json("{'level':'Write'}"), "400 invalid_level level");
        row("level no text", grant, json("{'level':1}"), "400 invalid_request level");
        row("level null", grant, json("{'level':null}"), "400 invalid_request level");
        row("expired", grant, json("{'level':'read','expiresAt':'2020-01-01T00:00:00Z'}"),
            "400 invalid_request expiresAt");
        row("now is too late", grant, json("{'level':'read','expiresAt':'2027-01-15T08:00:00Z'}"),
            "400 invalid_request expiresAt");
        row("no time", grant, json("{'level':'read','expiresAt':'tomorrow'}"),
            "400 invalid_request expiresAt");
        row("no zone", grant, json("{'level':'read','expiresAt':'2030-01-01T00:00:00'}"),
            "400 invalid_request expiresAt");
        row("no such day", grant, json("{'level':'read','expiresAt':'2030-02-30T00:00:00Z'}"),
            "400 invalid_request expiresAt");
        row("time a number", grant, json("{'level':'read','expiresAt':1900000000}"),
            "400 invalid_request expiresAt");
        row("long reason", grant, json("{'level':'read','reason':'") + tooLong + "\"}",
            "400 invalid_request reason");
        row("NUL in reason", grant, json("{'level':'read','reason':'a\\u0000b'}"),
            "400 invalid_request reason");
        row("reason a list", grant, json("{'level':'read','reason':[]}"), "400 invalid_request reason");
        row("no body", grant, "", "400 invalid_request body");
        row("short key", accounts + "/abc/grant", json("{'level':'read'}"), "400 invalid_request pubkey");
        row("wrong checksum", accounts + '/' + wrongChecksum + "/grant", json("{'level':'read'}"),
            "400 invalid_request pubkey");
        row("a note", accounts + '/' + toNote(EventId()) + "/grant", json("{'level':'read'}"),
            "400 invalid_request pubkey");
        row("an nsec", accounts + '/' + bech32Encode("nsec", QByteArray(32, '\1')) + "/grant",
            json("{'level':'read'}"), "400 invalid_request pubkey");
        row("revoke nobody", revoke, "{}", "404 account_not_found");
        row("revoke long reason", revoke, json("{'reason':'") + tooLong + "\"}",
            "400 invalid_request reason");
        row("force no flag", revoke, json("{'force':'yes'}"), "400 invalid_request force");
        row("bulk without action", bulk, json("{'pubkeys':[],'level':'read'}"), "400 invalid_request action");
        row("bulk of another action", bulk, json("{'action':'ban','pubkeys':['x']}"),
            "400 invalid_request action");
        row("bulk without keys", bulk, json("{'action':'grant','level':'read'}"),
            "400 invalid_request pubkeys");
        row("bulk of no keys", bulk, json("{'action':'grant','level':'read','pubkeys':[]}"),
            "400 invalid_request pubkeys");
        row("bulk of numbers", bulk, json("{'action':'grant','level':'read','pubkeys':[1]}"),
            "400 invalid_request pubkeys");
        row("bulk without level", bulk, json("{'action':'grant','pubkeys':['") + key + "\"]}",
            "400 invalid_request level");
        row("bulk of unknown level", bulk,
            json("{'action':'grant','level':'all','pubkeys':['") + key + "\"]}", "400 invalid_level level");
        row("bulk expired", bulk,
            json("{'action':'grant','level':'read','expiresAt':'2020-01-01T00:00:00Z','pubkeys':['") + key +
                "\"]}",
            "400 invalid_request expiresAt");
        row("bulk long reason", bulk,
            json("{'action':'grant','level':'read','pubkeys':['") + key + json("'],'reason':'") + tooLong +
                "\"}",
            "400 invalid_request reason");
        row("bulk of 1,001", bulk,
            json("{'action':'grant','level':'read','pubkeys':[") + QByteArray("\"x\",").repeated(1'000) +
                "\"x\"]}",
            "400 invalid_request pubkeys");
        row("import without content", import, json("{'level':'read'}"), "400 invalid_request content");
        row("import without level", import, json("{'content':'") + key + "\"}", "400 invalid_request level");
        row("import expired", import,
            json("{'level':'read','expiresAt':'2020-01-01T00:00:00Z','content':'") + key + "\"}",
            "400 invalid_request expiresAt");
        row("import long reason", import,
            json("{'level':'read','reason':'") + tooLong + json("','content':'") + key + "\"}",
            "400 invalid_request reason");
        row("import with NUL", import, json("{'level':'read','content':'") + key + "\\u0000\"}",
            "400 invalid_request content");
    }
    void refusals()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, expected);
        ApiFixture api(QStringLiteral("sqlite"));
        api.relayAccounts.seedElite(testPubKey(40));
        const QByteArray before = api.state();
        const Answer answer = api.post(target, body);
        QCOMPARE(answer.brief(), expected);
        QVERIFY(!answer.body.contains("nsec1"));
        QCOMPARE(api.state(), before);
        QCOMPARE(api.relayAccounts.count(), 1);
    }

    void timmysOwnKey()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const PubKey timmy = testPubKey(40);
        api.relayAccounts.seedElite(timmy);
        const QByteArray before = api.state();
        QCOMPARE(api.post(revokeOf(timmy), {{"reason", "oops"}}).brief(), QByteArray("409 timmy_own_key"));
        QCOMPARE(api.post(revokeOf(timmy), {{"force", false}}).brief(), QByteArray("409 timmy_own_key"));
        const QJsonObject result =
            api.post(accounts + "/bulk", {{"action", "revoke"}, {"pubkeys", QJsonArray{timmy.text()}}})
                .json()
                .value("results")
                .toArray()
                .at(0)
                .toObject();
        QCOMPARE(result.value("ok").toBool(), false);
        QCOMPARE(api.state(), before);
        QCOMPARE(api.post(revokeOf(timmy), {{"reason", "sure"}, {"force", true}}).text("level"),
                 QStringLiteral("none"));
    }

    void unknownFieldsAreIgnored()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QCOMPARE(
            api.post(grantOf(testPubKey(1)), {{"level", "read"}, {"grantedBy", "seed"}, {"tier", "elite"}})
                .text("grantedBy"),
            QStringLiteral("manual"));
    }

    void bulkWithOneBadKey()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QJsonArray keys;
        for (quint32 i = 1; i <= 3; ++i)
            keys.append(QString::fromLatin1(toNpub(testPubKey(i))));
        keys.insert(1, QStringLiteral("npub1broken"));
        const QJsonArray results =
            api.post(accounts + "/bulk",
                     {{"action", "grant"}, {"pubkeys", keys}, {"level", "write"}, {"reason", "all"}})
                .json()
                .value("results")
                .toArray();
        QCOMPARE(column(results, "pubkey"), QVariant(keys.toVariantList()).toStringList());
        QCOMPARE(column(results, "ok"), QStringList({"true", "false", "true", "true"}));
        QVERIFY(!results.at(1).toObject().value("error").toString().isEmpty());
        QVERIFY(!results.at(0).toObject().contains("error"));
        QCOMPARE(api.get(accounts + "?level=write").items().size(), 3);

        keys.append(testPubKey(9).text());
        const QJsonArray revoked = api.post(accounts + "/bulk", {{"action", "revoke"}, {"pubkeys", keys}})
                                       .json()
                                       .value("results")
                                       .toArray();
        QCOMPARE(column(revoked, "ok"), QStringList({"true", "false", "true", "true", "false"}));
        QCOMPARE(api.get(accounts + "?level=none").items().size(), 3);
    }

    void imports_data()
    {
        const QString a = testPubKey(1).text();
        const QString b = testPubKey(2).text();
        const QString npub = QString::fromLatin1(toNpub(testPubKey(2)));
        QTest::addColumn<QString>("content");
        QTest::addColumn<int>("problems");
        QTest::newRow("nostr.json") << QString::fromLatin1(
                                           json("{'names':{'alice':'%1','bob':'%2','eve':'no'},'relays':{}}"))
                                           .arg(a, b)
                                    << 1;
        QTest::newRow("list") << QStringLiteral("# friends\r\n%1\r\n\r\n%2\r\n%2\r\nnobody\r\n").arg(a, npub)
                              << 1;
        QTest::newRow("csv")
            << QStringLiteral("name,npub,since\n\"Alice, A.\",%1,2024\nBob,%2,2025\nEve,,2026\n").arg(a, npub)
            << 1;
        QTest::newRow("csv without header") << QStringLiteral("alice;%1\nbob;%2\neve;\n").arg(a, npub) << 1;
        QTest::newRow("clean") << QStringLiteral("%1\n%2").arg(a, b) << 0;
    }
    void imports()
    {
        QFETCH(QString, content);
        QFETCH(int, problems);
        ApiFixture api(QStringLiteral("sqlite"));
        const Answer answer = api.post(accounts + "/import", {{"content", content},
                                                              {"level", "write"},
                                                              {"reason", "import"},
                                                              {"expiresAt", "2031-01-01T00:00:00Z"}});
        QCOMPARE(answer.json().value("granted").toInt(), 2);
        QCOMPARE(answer.json().value("problems").toArray().size(), problems);
        const QJsonArray items = api.get(accounts + "?sort=pubkey&level=write").items();
        QStringList wanted{testPubKey(1).text(), testPubKey(2).text()};
        wanted.sort();
        QCOMPARE(column(items, "pubkey"), wanted);
        QCOMPARE(column(items, "notes"), QStringList({"import", "import"}));
        QCOMPARE(column(items, "expiresAt"), QStringList(2, QStringLiteral("2031-01-01T00:00:00.000Z")));
    }

    void importOfNothing()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray before = api.state();
        for (const char *content : {"nothing here", "{\"names\":[]}", "{}", "<html>"}) {
            const Answer answer = api.post(accounts + "/import", {{"content", content}, {"level", "read"}});
            QCOMPARE(answer.json().value("granted").toInt(), 0);
            QVERIFY(!answer.json().value("problems").toArray().isEmpty());
        }
        QCOMPARE(api.state(), before);
    }

    void anImportInSlices()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QByteArray content;
        for (quint32 i = 1; i <= 450; ++i)
            content += testPubKey(i).hex() + '\n';
        const Answer answer =
            api.post(accounts + "/import", {{"content", QString::fromLatin1(content)}, {"level", "read"}});
        QCOMPARE(answer.json().value("granted").toInt(), 450);
        QCOMPARE(api.get(accounts + "?limit=1").json().value("total").toInt(), 450);
    }

    void expiredGrantsFallBack()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QString soon = toIso(api.clock.now() + seconds(10));
        QCOMPARE(api.post(grantOf(testPubKey(1)), {{"level", "write"}, {"expiresAt", soon}}).text("level"),
                 QStringLiteral("write"));
        api.clock.advance(seconds(10));
        QCOMPARE(api.get(accounts + '/' + testPubKey(1).hex()).text("level"), QStringLiteral("read"));
    }
};

QTEST_GUILESS_MAIN(TestAccountRoutes)
#include "tst_AccountRoutes.moc"
