// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/MintKeys.h"

#include "tests/lightning/Awaited.h"
#include "tests/receipts/ReceiptSamples.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

const QString keyset = QStringLiteral("00882760bfa2eb41");

/// Asks a mint on loopback, which is allowed here unless a test says no.
struct Asker
{
    explicit Asker(bool allowsPrivate = true)
        : settings({{QStringLiteral("LNURL_ALLOW_PRIVATE"),
                     allowsPrivate ? QStringLiteral("1") : QStringLiteral("0")}},
                   {}, {})
    {
    }
    QByteArray error(const QString &mint) { return ended(keys.key(mint, keyset, 8)).error; }
    std::optional<CurvePoint> key(const QString &mint, std::uint64_t amount = 8, const QString &id = keyset)
    {
        return ended(keys.key(mint, id, amount)).value.value();
    }

    Settings settings;
    ManualClock clock{days(20'000)};
    MintKeys keys{settings, clock};
};

} // namespace

/// Keys come from the mint that a stranger names, so most of this is about what is refused.
class TestMintKeys : public QObject
{
    Q_OBJECT

private slots:
    void asksOnce()
    {
        TestMint mint;
        Asker asker;
        QVERIFY(asker.key(mint.url()) == MintKey(1).pub());
        QCOMPARE(mint.requests, QList<QByteArray>{"GET /v1/keys HTTP/1.1"});
        QVERIFY(asker.key(mint.url() + QStringLiteral("//")) == MintKey(1).pub()); // the same mint
        asker.clock.advance(days(30));
        QVERIFY(asker.key(mint.url()) == MintKey(1).pub());
        QCOMPARE(mint.requests.size(), 1);
    }

    void mintUnderAPath()
    {
        TestMint mint;
        Asker asker;
        QVERIFY(asker.key(mint.url() + QStringLiteral("/Bitcoin")));
        QCOMPARE(mint.requests, QList<QByteArray>{"GET /Bitcoin/v1/keys HTTP/1.1"});
    }

    void whatAMintDoesNotHave()
    {
        TestMint mint;
        Asker asker;
        QVERIFY(!asker.key(mint.url(), 16));
        QVERIFY(!asker.key(mint.url(), 1)); // "no key at all"
        QVERIFY(!asker.key(mint.url(), 8, QStringLiteral("other")));
        QCOMPARE(mint.requests.size(), 1); // not asked again so soon
        asker.clock.advance(MintKeys::askAgainAfter);
        QVERIFY(!asker.key(mint.url(), 16));
        QCOMPARE(mint.requests.size(), 2);
        // It signs with another keyset now; what it said before still holds.
        mint.keys = "{\"keysets\":[]}";
        asker.clock.advance(MintKeys::askAgainAfter);
        QVERIFY(!asker.key(mint.url(), 16));
        QVERIFY(asker.key(mint.url()));
    }

    void keysetNoLongerInUse()
    {
        const QString former = QStringLiteral("01%1").arg(QString(64, u'a'));
        TestMint mint;
        mint.formerKeysets.insert(former.toLatin1(), keysAnswer(former));
        Asker asker;
        QVERIFY(asker.key(mint.url(), 8, former) == MintKey(1).pub());
        const QList<QByteArray> asked{"GET /v1/keys HTTP/1.1",
                                      "GET /v1/keys/" + former.toLatin1() + " HTTP/1.1"};
        QCOMPARE(mint.requests, asked);
        asker.clock.advance(days(30));
        QVERIFY(asker.key(mint.url(), 8, former)); // once is enough
        QCOMPARE(mint.requests, asked);
        QVERIFY(!asker.key(mint.url(), 16, former)); // it may be new, but the keyset is as it was
        QCOMPARE(mint.requests.size(), 3);
        QCOMPARE(mint.requests.last(), asked.first());
    }

    void unknownKeysets_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("requests");
        QTest::newRow("nobody's") << "00ffffffffffffff" << 2;
        QTest::newRow("of the old kind") << "I2yN+iRYfkzT" << 1;
        QTest::newRow("a way out of the path") << "../../../../admin" << 1;
        QTest::newRow("a query") << "00882760bfa2eb4?a=b" << 1;
        QTest::newRow("endless") << QString(128, u'a') << 1;
    }

    void unknownKeysets()
    {
        QFETCH(QString, id);
        QFETCH(int, requests);
        TestMint mint;
        Asker asker;
        QVERIFY(!asker.key(mint.url(), 8, id));
        QCOMPARE(mint.requests.size(), requests);
        QVERIFY(!asker.key(mint.url(), 8, id)); // not asked again so soon
        QCOMPARE(mint.requests.size(), requests);
        asker.clock.advance(MintKeys::askAgainAfter);
        QVERIFY(!asker.key(mint.url(), 8, id));
        QCOMPARE(mint.requests.size(), 2 * requests);
    }

    void mintThatNamesAnotherKeyset()
    {
        TestMint mint;
        mint.formerKeysets.insert("00ffffffffffffff", keysAnswer(QStringLiteral("00eeeeeeeeeeeeee")));
        Asker asker;
        QVERIFY(!asker.key(mint.url(), 8, QStringLiteral("00ffffffffffffff")));
        QVERIFY(!asker.key(mint.url(), 8, QStringLiteral("00eeeeeeeeeeeeee")));
    }

    void keepsSoManyKeys()
    {
        constexpr int each = 1'500;
        QJsonObject keys;
        for (int amount = 1; amount <= each; ++amount)
            keys.insert(QString::number(amount), QString::fromLatin1(hexOf(MintKey(1).pub())));
        TestMint mint;
        Asker asker;
        QStringList ids;
        for (const char digit : {'a', 'b', 'c'}) {
            ids.append(QString(16, QLatin1Char(digit)));
            const QJsonObject keyset{{"id", ids.last()}, {"keys", keys}};
            mint.formerKeysets.insert(
                ids.last().toLatin1(),
                QJsonDocument(QJsonObject{{"keysets", QJsonArray{keyset}}}).toJson(QJsonDocument::Compact));
            QVERIFY(asker.key(mint.url(), each, ids.last()));
        }
        static_assert(3 * each > MintKeys::maximumKeys);
        const qsizetype asked = mint.requests.size();
        QVERIFY(asker.key(mint.url(), each, ids.last()));
        QCOMPARE(mint.requests.size(), asked);
        QVERIFY(asker.key(mint.url(), each, ids.first())); // it was forgotten
        QCOMPARE(mint.requests.size(), asked + 1);
    }

    void refusesAddresses_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<bool>("allowsPrivate");
        QTest::newRow("no address") << "mint" << true;
        QTest::newRow("a file") << "file:///etc/passwd" << true;
        QTest::newRow("ftp") << "ftp://mint.example" << true;
        QTest::newRow("user name") << "https://user@mint.example" << true;
        QTest::newRow("query") << "https://mint.example/?a=b" << true;
        QTest::newRow("fragment") << "https://mint.example/#a" << true;
        QTest::newRow("http") << "http://mint.example" << false;
        QTest::newRow("loopback") << "https://127.0.0.1" << false;
        QTest::newRow("loopback, IPv6") << "https://[::1]:3338" << false;
        QTest::newRow("private") << "https://192.168.1.1" << false;
        QTest::newRow("link-local") << "https://169.254.169.254" << false;
    }

    void refusesAddresses()
    {
        QFETCH(QString, url);
        QFETCH(bool, allowsPrivate);
        Asker asker(allowsPrivate);
        QCOMPARE(asker.error(url), QByteArray("bad_mint_url"));
    }

    void aNameThatMeansAPrivateAddress()
    {
        TestMint mint;
        const Settings settings;
        const ManualClock clock{days(20'000)};
        const auto resolve = [](const QString &) {
            Later<PublicHttp::Addresses> later;
            later.give({QHostAddress(QStringLiteral("203.0.113.1")), QHostAddress::LocalHost});
            return later;
        };
        const auto isPublic = [](const QHostAddress &address) { return !address.isLoopback(); };
        MintKeys keys(settings, clock, {resolve, isPublic});
        QCOMPARE(ended(keys.key(QStringLiteral("https://mint.example"), keyset, 8)).error,
                 QByteArray("bad_mint_url"));
        QCOMPARE(mint.requests.size(), 0);
    }

    void mintsThatFail_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("status 500") << QByteArray("500 Oh") << QByteArray() << QByteArray("{}");
        QTest::newRow("elsewhere") << QByteArray("302 Found") << QByteArray("Location: http://127.0.0.1/\r\n")
                                   << QByteArray("{}");
        QTest::newRow("no JSON") << QByteArray("200 OK") << QByteArray() << QByteArray("<html>");
        QTest::newRow("no keysets") << QByteArray("200 OK") << QByteArray() << QByteArray("{\"keys\":{}}");
        QTest::newRow("too long") << QByteArray("200 OK") << QByteArray()
                                  << "{\"keysets\":[]}" + QByteArray(MintKeys::maximumBody, ' ');
    }

    void mintsThatFail()
    {
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, headers);
        QFETCH(QByteArray, body);
        TestMint mint;
        mint.status = status;
        mint.headers = headers;
        mint.keys = body;
        Asker asker;
        QCOMPARE(asker.error(mint.url()), QByteArray("mint_unavailable"));
        QCOMPARE(mint.requests.size(), 1);
    }

    void silentMint()
    {
        TestMint mint;
        mint.silent = true;
        Asker asker;
        asker.keys.setPatience(Millis(50));
        QCOMPARE(asker.error(mint.url()), QByteArray("mint_unavailable"));
    }

    void ends()
    {
        TestMint mint;
        mint.silent = true;
        Asker asker;
        const auto asking = begun(asker.keys.key(mint.url(), keyset, 8));
        QTRY_COMPARE(mint.requests.size(), 1);
        asker.keys.abort();
        QTRY_COMPARE(asking->error, QByteArray("stopping"));
        QCOMPARE(asker.error(mint.url()), QByteArray("stopping"));
    }

    void keepsSoManyMints()
    {
        TestMint mint;
        Asker asker;
        for (std::size_t i = 0; i <= MintKeys::maximumMints; ++i) {
            QVERIFY(asker.key(mint.url() + u'/' + QString::number(i)));
            asker.clock.advance(Millis(1));
        }
        const qsizetype asked = mint.requests.size();
        QVERIFY(asker.key(mint.url() + QStringLiteral("/1")));
        QCOMPARE(mint.requests.size(), asked);
        QVERIFY(asker.key(mint.url() + QStringLiteral("/0"))); // the oldest was forgotten
        QCOMPARE(mint.requests.size(), asked + 1);
    }
};

QTEST_GUILESS_MAIN(TestMintKeys)
#include "tst_MintKeys.moc"
