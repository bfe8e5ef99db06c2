// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/api/ApiFixture.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

using namespace tower;

namespace {

const QByteArray settings = "/api/admin/settings";
const QByteArray backup = "/api/admin/backup";

QJsonObject named(const QJsonArray &items, const char *name)
{
    for (const QJsonValue &item : items) {
        if (item["name"].toString() == QLatin1String(name))
            return item.toObject();
    }
    return {};
}

QStringList filesIn(const QString &dir)
{
    return QDir(dir).entryList(QDir::Files | QDir::Hidden | QDir::System);
}

/// The relay accounts among changes.
QStringList accountsIn(const QJsonArray &changes)
{
    QStringList ids;
    for (const QJsonValue &change : changes) {
        if (change["kind"].toString() == u"relay_account")
            ids << change["id"].toString();
    }
    return ids;
}

void grant(ApiFixture &api, quint32 number)
{
    api.relayAccounts.grant(testPubKey(number), AccessLevel::Read, QStringLiteral("why"),
                            QStringLiteral("test"));
}

} // namespace

/// Settings, backup, changes, health and metrics over HTTP.
class TestOperationRoutes : public QObject
{
    Q_OBJECT

private slots:
    void settingsAreListed()
    {
        ApiFixture api(QStringLiteral("sqlite"), {{QStringLiteral("EVAL_FEE_SATS"), QStringLiteral("11")}});
        const Answer answer = api.get(settings);
        QCOMPARE(answer.items().size(), static_cast<qsizetype>(Settings::catalogue().size()));
        const QJsonObject fee = named(answer.items(), "EVAL_FEE_SATS");
        QCOMPARE(fee.value("value").toString(), QStringLiteral("11"));
        QCOMPARE(fee.value("default").toString(), QStringLiteral("10"));
        QCOMPARE(fee.value("fixed").toBool(), true);
        QCOMPARE(named(answer.items(), "VOUCH_TRUST_BOOST").value("fixed").toBool(), false);
        QCOMPARE(named(answer.json().value("secrets").toArray(), "ADMIN_TOKEN").value("set").toBool(), true);
        QCOMPARE(named(answer.json().value("secrets").toArray(), "DO_API_TOKEN").value("set").toBool(),
                 false);
        for (const QByteArray &secret :
             {ApiFixture::adminToken, ApiFixture::policySecret, QByteArray(40, 't')})
            QVERIFY(!answer.body.contains(secret));
    }

    void settingsAreChanged_data() { TestDatabase::engineRows(); }
    void settingsAreChanged()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const Answer changed = api.patch(settings, {{"EVAL_FEE_SATS", 12},
                                                    {"TIMMY_NOSTR_EPHEMERAL", true},
                                                    {"RELAY_OPEN_KINDS", ""},
                                                    {"RECEIPT_MAX_SHARE", 0.25}});
        QCOMPARE(changed.status, 200);
        QCOMPARE(named(changed.items(), "EVAL_FEE_SATS").value("value").toString(), QStringLiteral("12"));
        QCOMPARE(named(changed.items(), "RELAY_OPEN_KINDS").value("value").toString(), QString());
        QCOMPARE(api.settings.integer(Setting::EvalFeeSats), 12);
        QCOMPARE(api.settings.millionths(Setting::ReceiptMaxShare), 250'000);
        QCOMPARE(api.get("/api/admin/activity?action=setting.change&subject=EVAL_FEE_SATS").items().size(),
                 1);

        // It takes effect: an open kind is open no more, and a rate is a rate.
        QCOMPARE(api.decide(signedEvent(testKey(1), 9735, "")).first, QStringLiteral("reject"));
        QCOMPARE(api.patch(settings, {{"RATE_LIMIT_PUBLIC_PER_MIN", "1"}}).status, 200);
        QCOMPARE(api.ask({.target = "/api/healthz"}).status, 200);
        QCOMPARE(api.ask({.target = "/api/healthz"}).status, 429);
        QCOMPARE(api.patch(settings, {{"EVAL_FEE_SATS", QJsonValue::Null}}).status, 200);
        QCOMPARE(api.settings.integer(Setting::EvalFeeSats), 10);
    }

    void settingsThatAreRefused_data()
    {
        QTest::addColumn<QJsonObject>("body");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, const QJsonObject &body, const char *expected,
                            const char *says) {
            QTest::newRow(name) << body << QByteArray(expected) << QByteArray(says);
        };
        row("out of range", {{"TRUST_TIER_ELITE", 2'000'000}}, "400 invalid_setting TRUST_TIER_ELITE",
            "1000000");
        row("no number", {{"EVAL_FEE_SATS", "many"}}, "400 invalid_setting EVAL_FEE_SATS", "between");
        row("half a sat", {{"EVAL_FEE_SATS", 1.5}}, "400 invalid_setting EVAL_FEE_SATS", "between");
        row("no choice", {{"RELAY_ACCESS_NEW", "admin"}}, "400 invalid_setting RELAY_ACCESS_NEW", "none");
        row("out of order", {{"TRUST_TIER_ESTABLISHED", 60}}, "400 invalid_setting TRUST_TIER_ESTABLISHED",
            "");
        row("one bad of two", {{"VOUCH_TRUST_BOOST", 21}, {"EVAL_FEE_SATS", -1}},
            "400 invalid_setting EVAL_FEE_SATS", "");
        row("fixed", {{"VOUCH_TRUST_BOOST", 21}, {"PUBLIC_URL", "http://other.example"}},
            "409 setting_fixed PUBLIC_URL", "PUBLIC_URL");
        row("a secret", {{"ADMIN_TOKEN", "mine"}}, "400 is_a_secret ADMIN_TOKEN", "secret");
        row("a secret's file", {{"ADMIN_TOKEN_FILE", "/etc/passwd"}}, "400 unknown_setting ADMIN_TOKEN_FILE",
            "");
        row("unknown", {{"NO_SUCH_THING", "1"}}, "400 unknown_setting NO_SUCH_THING", "");
        row("nothing", {}, "400 invalid_request body", "");
        row("a list", {{"EVAL_FEE_SATS", QJsonArray{1}}}, "400 invalid_request EVAL_FEE_SATS", "");
        row("an object", {{"EVAL_FEE_SATS", QJsonObject()}}, "400 invalid_request EVAL_FEE_SATS", "");
        row("NUL", {{"EVAL_MODEL", QString(QChar(0))}}, "400 invalid_setting EVAL_MODEL", "");
        row("line break", {{"EVAL_MODEL", "a\nb"}}, "400 invalid_setting EVAL_MODEL", "");
        row("long", {{"EVAL_MODEL", QString(10'000, u'x')}}, "400 invalid_setting EVAL_MODEL", "");
    }
    void settingsThatAreRefused()
    {
        QFETCH(QJsonObject, body);
        QFETCH(QByteArray, expected);
        QFETCH(QByteArray, says);
        ApiFixture api(QStringLiteral("sqlite"),
                       {{QStringLiteral("PUBLIC_URL"), QStringLiteral("http://tower.example")}});
        const QByteArray before = api.state();
        const QJsonObject listed = api.get(settings).json();
        const Answer answer = api.patch(settings, body);
        QCOMPARE(answer.brief(), expected);
        QVERIFY2(answer.text("error").toUtf8().contains(says), answer.body);
        QCOMPARE(api.state(), before);
        QCOMPARE(api.get(settings).json(), listed);
    }

    void backups()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        grant(api, 1);
        const Answer made = api.post(backup, {{"file", "copy of today's.db"}});
        QCOMPARE(made.text("file"), QStringLiteral("copy of today's.db"));
        const QString path = QDir(api.database.dir()).filePath(made.text("file"));
        QCOMPARE(QFileInfo(path).size(), made.json().value("bytes").toInteger());
        QVERIFY(!(QFileInfo(path).permissions() & (QFile::ReadGroup | QFile::ReadOther)));
        DatabaseUrl url;
        url.path = path;
        Database copy(url, Database::Mode::ReadOnly);
        QCOMPARE(copy.number("SELECT count(*) AS n FROM relay_accounts"), 1);

        QCOMPARE(api.post(backup, {{"file", "copy of today's.db"}}).brief(), QByteArray("409 target_exists"));
        QCOMPARE(api.post(backup, {{"file", "tower.db"}}).brief(), QByteArray("409 target_exists"));
    }

    void backupsStayInTheDataFolder_data()
    {
        QTest::addColumn<QString>("file");
        int number = 0;
        for (const QString &file :
             {QStringLiteral("../escape.db"), QStringLiteral("/tmp/escape.db"), QStringLiteral("a/b.db"),
              QStringLiteral(".."), QStringLiteral("."), QStringLiteral(".hidden"),
              QStringLiteral("..\\b.db"), QStringLiteral("a\nb.db"), QStringLiteral("a\tb"),
              QString(QChar(0x7f)), QString(121, u'x'), QString(100, QChar(0x6f22)), QString(),
              QStringLiteral("secrets.ini"), QStringLiteral("tower.lock"), QStringLiteral("tower.log.1"),
              QStringLiteral("tower.db-wal"), QStringLiteral("tower.db-journal"),
              QStringLiteral("a") + QChar(0) + QStringLiteral(".db")})
            QTest::addRow("%d", number++) << file;
    }
    void backupsStayInTheDataFolder()
    {
        QFETCH(QString, file);
        ApiFixture api(QStringLiteral("sqlite"));
        const QStringList before = filesIn(api.database.dir());
        QCOMPARE(api.post(backup, {{"file", file}}).brief(), QByteArray("400 invalid_request file"));
        QCOMPARE(filesIn(api.database.dir()), before);
        QVERIFY(!QFile::exists(QDir(api.database.dir()).filePath(QStringLiteral("../escape.db"))));
        QVERIFY(!QFile::exists(QStringLiteral("/tmp/escape.db")));
    }

    void backupOfPostgresIsPgDumps()
    {
        for (const QString &engine : TestDatabase::engines()) {
            ApiFixture api(engine);
            const Answer answer = api.post(backup, {{"file", "b.db"}});
            QCOMPARE(answer.status, api.database.isPostgres() ? 409 : 200);
            QCOMPARE(answer.text("error").contains(u"pg_dump"), api.database.isPostgres());
        }
    }

    void changesAtOnce_data() { TestDatabase::engineRows(); }
    void changesAtOnce()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        grant(api, 1);
        grant(api, 2);
        const Answer all = api.get("/api/admin/changes?since=0");
        QVERIFY(all.items().size() >= 2);
        QCOMPARE(all.json().value("gap").toBool(), false);
        QCOMPARE(accountsIn(all.items()), QStringList({testPubKey(1).text(), testPubKey(2).text()}));
        const auto latest = all.json().value("latest").toInteger();
        QCOMPARE(latest, all.items().last()["seq"].toInteger());
        grant(api, 3);
        const Answer next = api.get("/api/admin/changes?since=" + QByteArray::number(latest));
        QCOMPARE(accountsIn(next.items()), QStringList{testPubKey(3).text()});
        QVERIFY(next.items().first()["seq"].toInteger() > latest);
        for (const char *since : {"-1", "abc", "1.5", "99999999999999999999"})
            QCOMPARE(api.get(QByteArray("/api/admin/changes?since=") + since).brief(),
                     QByteArray("400 invalid_request since"));
    }

    void changesWakeWhoWaits_data() { TestDatabase::engineRows(); }
    void changesWakeWhoWaits()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        grant(api, 1);
        const auto first = api.start("/api/admin/changes");
        const auto second = api.start("/api/admin/changes?since=" +
                                      QByteArray::number(static_cast<qint64>(api.changes.latest())));
        const auto gone = api.start("/api/admin/changes");
        QTRY_COMPARE(api.api->router().running(), 3);
        QVERIFY(!first->isAnswered() && !second->isAnswered());
        gone->hangUp();
        QCOMPARE(api.ask({.target = "/api/healthz"}).status, 200);
        grant(api, 2);
        for (OpenCall *call : {first.get(), second.get()}) {
            const QJsonObject answer = call->answer().json();
            QCOMPARE(accountsIn(answer.value("items").toArray()), QStringList{testPubKey(2).text()});
            QCOMPARE(answer.value("gap").toBool(), false);
        }
        QTRY_COMPARE(api.api->router().running(), 0);
    }

    void changesAfterAGap()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        for (quint32 i = 1; i <= 5; ++i)
            grant(api, i);
        // A number that this database never gave: nothing to wait for.
        const Answer ahead = api.get("/api/admin/changes?since=1000");
        QCOMPARE(ahead.json().value("gap").toBool(), true);
        QCOMPARE(ahead.json().value("latest").toInteger(), static_cast<qint64>(api.changes.latest()));
        api.database->execute("DELETE FROM changes WHERE seq <= 3");
        QCOMPARE(api.get("/api/admin/changes?since=1").json().value("gap").toBool(), true);
        QCOMPARE(api.get("/api/admin/changes?since=3").json().value("gap").toBool(), false);
    }

    void stoppingSendsWhoWaitsHome()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const auto waiting = api.start("/api/admin/changes");
        QTRY_COMPARE(api.api->router().running(), 1);
        api.api->stopAccepting();
        const Answer answer = waiting->answer();
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.items().size(), 0);
        QTRY_COMPARE(api.api->router().running(), 0);
    }

    void health_data() { TestDatabase::engineRows(); }
    void health()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, {{QStringLiteral("NOSTR_RELAY_URL"), QStringLiteral("wss://relay.example")}});
        api.relayAccounts.grant(testPubKey(1), AccessLevel::Write, {}, QStringLiteral("test"));
        api.decide(signedEvent(testKey(1), 1, "x"));
        api.clock.advance(seconds(42));
        const QJsonObject health = api.ask({.target = "/api/healthz"}).json();
        QCOMPARE(health.value("status").toString(), QStringLiteral("ok"));
        QCOMPARE(health.value("database")["engine"].toString(), engine);
        QCOMPARE(health.value("stubMode").toBool(), true);
        QCOMPARE(health.value("uptimeSeconds").toInt(), 42);
        QCOMPARE(health.value("relay")["url"].toString(), QStringLiteral("wss://relay.example"));
        QCOMPARE(health.value("queue")["pending"].toInt(), 1);
    }

    void metricsParse()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        api.relayAccounts.grant(testPubKey(1), AccessLevel::Write, {}, QStringLiteral("test"));
        api.decide(signedEvent(testKey(1), 1, "x"));
        api.decide(signedEvent(testKey(2), 1, "y"));
        api.ask({.target = "/api/admin/relay/decisions"});
        const Answer answer = api.ask({.target = "/metrics"});
        QVERIFY(answer.headers.value("content-type").startsWith("text/plain; version=0.0.4"));
        static const QRegularExpression sample(
            QStringLiteral("^(?<name>[a-z_]+)(?<labels>\\{%1(,%1)*\\})? (?<value>-?[0-9.]+(e[+-]?[0-9]+)?)$")
                .arg(QStringLiteral("[a-z_]+=\"[^\"\\\\]*\"")));
        QSet<QString> typed;
        QSet<QString> series;
        QHash<QString, QString> values;
        QVERIFY(answer.body.endsWith('\n'));
        for (const QString &line : QString::fromUtf8(answer.body).chopped(1).split(u'\n')) {
            if (line.startsWith(u"# TYPE ")) {
                QVERIFY2(!typed.contains(line.section(u' ', 2, 2)), qPrintable(line));
                typed.insert(line.section(u' ', 2, 2));
            }
            if (line.startsWith(u'#'))
                continue;
            const auto match = sample.match(line);
            QVERIFY2(match.hasMatch(), qPrintable(line));
            QVERIFY2(typed.contains(match.captured(u"name")), qPrintable(line));
            QVERIFY2(!series.contains(match.captured(u"name") + match.captured(u"labels")), qPrintable(line));
            series.insert(match.captured(u"name") + match.captured(u"labels"));
            values.insert(match.captured(u"name") + match.captured(u"labels"), match.captured(u"value"));
        }
        QCOMPARE(values.value(
                     QStringLiteral("tower_policy_decisions_total{action=\"reject\",reason=\"no-access\"}")),
                 QStringLiteral("1"));
        QCOMPARE(values.value(QStringLiteral(
                     "tower_http_requests_total{method=\"POST\",route=\"/api/relay/policy\"}")),
                 QStringLiteral("2"));
        QCOMPARE(values.value(QStringLiteral("tower_http_errors_total{method=\"GET\",route=\"/api/admin/"
                                             "relay/decisions\",class=\"4xx\"}")),
                 QStringLiteral("1"));
        QCOMPARE(values.value(QStringLiteral("tower_queue_events{status=\"pending\"}")), QStringLiteral("1"));
        QVERIFY(values.value(QStringLiteral("process_resident_memory_bytes")).toLongLong() > 1'000'000);
        QVERIFY(!answer.body.contains(ApiFixture::adminToken));
    }
};

QTEST_GUILESS_MAIN(TestOperationRoutes)
#include "tst_OperationRoutes.moc"
