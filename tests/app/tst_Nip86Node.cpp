// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "tests/app/TowerProcess.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

SecretKey keyNumber(char number)
{
    return std::move(*SecretKey::fromBytes(QByteArray(31, '\x21') + number));
}

QString secretHex(const SecretKey &key)
{
    return QString::fromLatin1(QByteArray(reinterpret_cast<const char *>(key.bytes().data()), 32).toHex());
}

Event note(const SecretKey &author, const QByteArray &content)
{
    Event event;
    event.pubkey = author.pubKey();
    event.createdAt = 1'700'000'000;
    event.kind = 1;
    event.content = content;
    event.id = event.computedId();
    event.signature = author.sign(event.id.bytes(), {});
    return event;
}

/// What the relay is told about an event.
QString policyFor(HttpClient &relay, const Event &event)
{
    const QByteArray line = R"({"type":"new","event":)" + event.toJson() +
                            R"(,"receivedAt":1700000001,"sourceType":"IP4","sourceInfo":"203.0.113.7"})";
    return relay.post("/api/relay/policy", line)["action"].toString();
}

/// tests/peers/node/nip86.mjs: a NIP-86 client that others wrote.
class ManagementClient : public QProcess
{
public:
    explicit ManagementClient(const QString &url)
    {
        setWorkingDirectory(QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node"));
        setProcessChannelMode(QProcess::ForwardedErrorChannel);
        start(QStringLiteral("node"), {QStringLiteral("nip86.mjs"), url});
    }
    ~ManagementClient() override
    {
        closeWriteChannel();
        if (!waitForFinished(10'000))
            kill();
    }

    QJsonObject ask(const QJsonObject &line)
    {
        write(QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n');
        while (!canReadLine()) {
            if (!waitForReadyRead(30'000))
                return {{QStringLiteral("error"), QStringLiteral("the client said nothing")}};
        }
        return QJsonDocument::fromJson(readLine()).object();
    }
    QJsonObject call(const SecretKey &signer, const char *method, const QJsonArray &params = {},
                     const char *by = "welshman")
    {
        const QJsonObject request{{"method", method}, {"params", params}};
        return ask({{"sk", secretHex(signer)}, {"request", request}, {"by", by}});
    }
};

} // namespace

/// Relay management of the real towerd by clients that know only the NIPs: @welshman/util and nostr-tools.
class TestNip86Node : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(
            QFile::exists(QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node/node_modules/@welshman/util")),
            "the node packages are missing: npm ci in tests/peers/node");
    }

    void manage_data()
    {
        QTest::addColumn<QString>("suffix");
        QTest::newRow("the relay's URL") << QString();
        QTest::newRow("with a slash") << QStringLiteral("/");
        QTest::newRow("the API's own path") << QStringLiteral("/api/relay/manage");
    }
    void manage()
    {
        QFETCH(QString, suffix);
        const SecretKey admin = keyNumber(1);
        const SecretKey member = keyNumber(2);
        QTemporaryDir folder;
        Variables variables = allSecrets();
        variables.insert("ADMIN_PUBKEYS", admin.pubKey().text());
        Towerd tower(folder.filePath("data"), {}, variables);
        QVERIFY2(tower.serve(), tower.errors());
        HttpClient relay(tower.url(), policySecret);
        ManagementClient client(tower.url() + suffix);

        const QJsonArray methods = client.call(admin, "supportedmethods").value("result").toArray();
        QCOMPARE(methods.size(), 20);
        // Clients take an answer to this for "you are an administrator".
        QVERIFY(!client.call(member, "supportedmethods").contains("result"));
        QCOMPARE(client.call(member, "supportedmethods", {}, "nostr-tools").value("status"), QJsonValue(401));

        const QString key = member.pubKey().text();
        QCOMPARE(policyFor(relay, note(member, "too early")), QStringLiteral("reject"));
        QCOMPARE(client.call(admin, "allowpubkey", {key, "friend"}).value("result"), QJsonValue(true));
        const Event first = note(member, "first");
        QCOMPARE(policyFor(relay, first), QStringLiteral("shadowReject"));
        QCOMPARE(client.call(admin, "listeventsneedingmoderation").value("result"),
                 (QJsonArray{QJsonObject{{"id", first.id.text()}}}));
        QCOMPARE(client.call(admin, "banevent", {first.id.text(), ""}).value("result"), QJsonValue(true));
        QCOMPARE(policyFor(relay, first), QStringLiteral("reject"));
        QCOMPARE(client.call(admin, "listbannedevents").value("result"),
                 (QJsonArray{QJsonObject{{"id", first.id.text()}}}));
        QCOMPARE(client.call(admin, "blockip", {"203.0.113.7", "abuse"}, "nostr-tools").value("result"),
                 QJsonValue(true));
        QCOMPARE(policyFor(relay, note(member, "second")), QStringLiteral("reject"));
        QCOMPARE(client.call(admin, "unblockip", {"203.0.113.7"}, "nostr-tools").value("result"),
                 QJsonValue(true));
        QCOMPARE(policyFor(relay, note(member, "second")), QStringLiteral("shadowReject"));
        QCOMPARE(client.call(admin, "banpubkey", {key, "spam"}).value("result"), QJsonValue(true));
        QCOMPARE(client.call(admin, "listbannedpubkeys").value("result"),
                 (QJsonArray{QJsonObject{{"pubkey", key}, {"reason", "spam"}}}));
        QCOMPARE(policyFor(relay, note(member, "third")), QStringLiteral("reject"));
        QVERIFY(client.call(admin, "allowevent", {QString(64, u'0')}).value("error").isString());
        QVERIFY(client.call(admin, "createrole", {"1"}).value("error").isString());

        // What was set is what other clients see, and is still there after a restart.
        QCOMPARE(client.call(admin, "changerelayname", {"The Tower"}).value("result"), QJsonValue(true));
        QVERIFY2(tower.stop(), tower.errors());
        Towerd again(folder.filePath("data"), {}, variables);
        QVERIFY2(again.serve(), again.errors());
        ManagementClient later(again.url() + suffix);
        QCOMPARE(later.call(admin, "listbannedpubkeys").value("result").toArray().size(), 1);
        if (!suffix.startsWith(u"/api")) {
            const QJsonObject information = later.ask({{"information", true}});
            QCOMPARE(information.value("name"), QJsonValue("The Tower"));
            QCOMPARE(information.value("limitation").toObject().value("restricted_writes"), QJsonValue(true));
        }
    }
};

QTEST_GUILESS_MAIN(TestNip86Node)
#include "tst_Nip86Node.moc"
