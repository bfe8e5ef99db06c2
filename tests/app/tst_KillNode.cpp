// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/TowerProcess.h"
#include "tests/peers/DigitalOceanPeer.h"
#include "tests/peers/TailscalePeer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <utility>

using namespace tower;
using namespace tower::test;

namespace {

/// An ssh-ed25519 key of nobody.
const QString sshKey =
    QStringLiteral("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBERERERERERERERERERERERERERERERERERERERERER");

/// A real towerd, play money, and stand-ins for the providers.
class Providers
{
public:
    Providers() { peer.setAddressPolls(1); }

    [[nodiscard]] Variables variables() const
    {
        Variables out = allSecrets();
        out.remove("ANTHROPIC_API_KEY");
        out.remove("LNBITS_API_KEY");
        out.insert("BTC_PRICE_SOURCES", "");
        out.insert("RATE_LIMIT_PUBLIC_PER_MIN", "0");
        out.insert("DO_API_TOKEN", DigitalOceanPeer::token());
        out.insert("DO_API_URL", peer.url());
        out.insert("DO_VOLUME_SIZE_GB", "10");
        out.insert("TAILSCALE_API_KEY", TailscalePeer::token());
        out.insert("TAILSCALE_API_URL", tailnet.url());
        return out;
    }
    [[nodiscard]] QStringList left() const { return peer.left() + tailnet.left(); }

    SystemClock clock;
    DigitalOceanPeer peer{clock};
    TailscalePeer tailnet{clock};
};

/// Asks without keeping the stand-ins, which live on this thread, from answering.
QJsonObject node(const QString &url, const QByteArray &id)
{
    return HttpClient(url).get("/api/bootstrap/" + id).json();
}

/// Orders a node and pays for it; its id.
QByteArray order(const QString &url)
{
    HttpClient client(url);
    const Reply made = client.post("/api/bootstrap", QJsonObject{{"sshPublicKey", sshKey}});
    const QByteArray hash = made["invoice"]["paymentHash"].toString().toLatin1();
    const Reply paid = client.post("/api/dev/stub/pay/" + hash, QJsonObject());
    return paid.status == 200 ? made["bootstrapJobId"].toString().toLatin1() : QByteArray();
}

bool comesToAnEnd(const QString &url, const QByteArray &id)
{
    return QTest::qWaitFor(
        [&] {
            const QString state = node(url, id)["state"].toString();
            return state == "ready" || state == "failed";
        },
        100'000);
}

} // namespace

/// kill -9 of the real program just as the provider has carried out what it was asked, before it answers: the
/// node comes up all the same, once, or nothing of it is left and the fee is owed back. (tst_ProvisionKill
/// dies at every point there is, in one process.)
class TestKillNode : public QObject
{
    Q_OBJECT

private slots:
    void everyRequestMayBeTheLast_data()
    {
        QTest::addColumn<QByteArray>("last");
        QTest::addColumn<bool>("fails");
        for (const char *route : {"POST /v2/account/keys", "POST /v2/volumes", "POST /v2/droplets",
                                  "GET /v2/droplets/{id}", "POST /api/v2/tailnet/-/keys"})
            QTest::newRow(route) << QByteArray(route) << false;
        for (const char *route :
             {"DELETE /v2/droplets/{id}", "DELETE /v2/volumes/{id}", "DELETE /api/v2/tailnet/-/keys/{id}"})
            QTest::newRow(route) << QByteArray(route) << true;
    }
    void everyRequestMayBeTheLast()
    {
        QFETCH(const QByteArray, last);
        QFETCH(const bool, fails);
        QTemporaryDir folder;
        Providers providers;
        providers.peer.setActionErrors(fails);
        auto tower = std::make_unique<Towerd>(folder.filePath("data"), QStringList(), providers.variables());
        QVERIFY2(tower->serve(), tower->errors().right(3'000));
        bool wasKilled = false;
        const auto listener = [&](const QByteArray &route) {
            if (route == last && !std::exchange(wasKilled, true))
                tower->killNine();
        };
        providers.peer.onRequest(listener);
        providers.tailnet.onRequest(listener);
        const QByteArray id = order(tower->url());
        QVERIFY(!id.isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(wasKilled, 30'000);
        tower = std::make_unique<Towerd>(folder.filePath("data"), QStringList(), providers.variables());
        QVERIFY2(tower->serve(), tower->errors().right(3'000));
        QVERIFY2(comesToAnEnd(tower->url(), id), tower->errors().right(3'000));
        check(providers, *tower, id, fails);
    }

private:
    static void check(Providers &providers, Towerd &tower, const QByteArray &id, bool fails)
    {
        const QJsonObject now = node(tower.url(), id);
        QCOMPARE(now["state"].toString(), QString(fails ? "failed" : "ready"));
        const QString tag = "timmy-node-" + QString(id);
        if (fails) {
            QCOMPARE(now["refund"]["state"].toString(), QString("due"));
            const bool gone = QTest::qWaitFor([&] { return providers.left().isEmpty(); }, 100'000);
            QVERIFY2(gone, qPrintable(providers.left().join(", ")));
        } else {
            QCOMPARE(providers.peer.dropletsMade(), 1);
            QCOMPARE(providers.peer.volumesMade(), 1);
            QCOMPARE(providers.peer.keysMade(), 1);
            QCOMPARE(providers.peer.droplets().constFirst().name, tag);
            // One key for the machine, and none that a cut-off order left.
            QCOMPARE(providers.tailnet.left(), QStringList("tailnet key " + tag.left(50)));
        }
        const Reply books = HttpClient(tower.url(), adminToken).get("/api/admin/reconcile");
        QVERIFY2(books["ok"].toBool(), books.body);
        QVERIFY(tower.stop());
        const QByteArray log = tower.errors();
        for (const QString &secret : {DigitalOceanPeer::token(), TailscalePeer::token()})
            QVERIFY2(!log.contains(secret.toLatin1()), "a token is in the log");
    }
};

QTEST_GUILESS_MAIN(TestKillNode)
#include "tst_KillNode.moc"
