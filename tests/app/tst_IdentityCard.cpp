// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Database.h"
#include "tests/app/TowerProcess.h"

#include <QJsonArray>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

/// tests/peers/node/card.mjs: a page of another origin, in Chromium, that includes the card.
class Page : public QProcess
{
public:
    explicit Page(const QString &url)
    {
        setWorkingDirectory(QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node"));
        setProcessChannelMode(QProcess::ForwardedErrorChannel);
        start(QStringLiteral("node"), {QStringLiteral("card.mjs"), url});
    }
    ~Page() override
    {
        closeWriteChannel();
        if (!waitForFinished(10'000))
            kill();
    }

    /// What the page shows after that step.
    QJsonObject after(const QJsonObject &step)
    {
        write(QJsonDocument(step).toJson(QJsonDocument::Compact) + '\n');
        while (!canReadLine()) {
            if (!waitForReadyRead(60'000))
                return {{QStringLiteral("error"), QStringLiteral("the browser said nothing")}};
        }
        return QJsonDocument::fromJson(readLine()).object();
    }
};

const QJsonObject open{{QStringLiteral("open"), QStringLiteral("tower")}};
const QJsonObject tick{{QStringLiteral("tick"), true}};
const QJsonObject click{{QStringLiteral("click"), true}};

const QString someNpub = QStringLiteral("npub1") + QString(58, u'q');

QString answer(const QString &npub, const QJsonValue &zapCount)
{
    const QJsonObject object{{QStringLiteral("npub"), npub}, {QStringLiteral("zapCount"), zapCount}};
    return QString::fromUtf8(QJsonDocument(object).toJson());
}

/// As a payment that succeeded leaves it.
void addPaidZap(Towerd &tower, int number)
{
    Database database(DatabaseUrl::parse(QStringLiteral("sqlite:") + tower.file("tower.db")));
    database.execute(R"(
        INSERT INTO zaps (id, amount_sats, lightning_address, state, created_at)
        VALUES (?, 21, '', 'paid', 0))",
                     {QString::number(number)});
}

} // namespace

/// The identity card of the real towerd, in a real browser.
class TestIdentityCard : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(QFile::exists(QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node/node_modules/ws")),
                 "the node packages are missing: npm ci in tests/peers/node");
        QVERIFY2(!QStandardPaths::findExecutable(QStringLiteral("chromium")).isEmpty(),
                 "Chromium is missing: apt-get install chromium");
    }

    void onAnotherPage()
    {
        QTemporaryDir folder;
        Towerd tower(folder.filePath("data"));
        QVERIFY2(tower.serve(), tower.errors());
        const QString npub = HttpClient(tower.url()).get("/api/identity/timmy")["npub"].toString();
        QCOMPARE(npub.size(), 63);
        const QString shortNpub = npub.left(9) + QStringLiteral("…") + npub.right(6);
        Page page(tower.url());

        QJsonObject shown = page.after(open);
        QVERIFY2(!shown.contains("error"), qPrintable(shown["error"].toString()));
        QCOMPARE(shown["cards"].toInt(), 1); // though the page includes it twice
        QCOMPARE(shown["position"].toString(), QStringLiteral("fixed"));
        QVERIFY(shown["fromRight"].toDouble() >= 0 && shown["fromRight"].toDouble() < 40);
        QVERIFY(shown["fromBottom"].toDouble() >= 0 && shown["fromBottom"].toDouble() < 40);
        QVERIFY2(shown["text"].toString().contains(shortNpub), qPrintable(shown["text"].toString()));
        QVERIFY(shown["text"].toString().contains("0 zaps"));
        QCOMPARE(shown["periods"].toArray(), QJsonArray{60'000});

        // A click copies the whole and says so, for a moment.
        shown = page.after(click);
        QCOMPARE(shown["clipboard"].toString(), npub);
        QVERIFY(shown["text"].toString().contains("Copied"));
        shown = page.after({{"wait", 2'500}});
        QVERIFY(!shown["text"].toString().contains("Copied"));

        addPaidZap(tower, 1);
        QVERIFY(page.after(tick)["text"].toString().contains("1 zap"));
        addPaidZap(tower, 2);
        QVERIFY(page.after(tick)["text"].toString().contains("2 zaps"));

        // What was learnt stays while the tower is away.
        QVERIFY(tower.stop());
        shown = page.after(tick);
        QVERIFY(shown["text"].toString().contains(shortNpub));
        QVERIFY(shown["text"].toString().contains("2 zaps"));
        QCOMPARE(shown["problems"].toArray(), QJsonArray());
    }

    void aForeignAnswer_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::newRow("markup") << answer("<img src=x onerror=alert(1)>", 1);
        QTest::newRow("markup as a count") << answer(someNpub, "<b>1</b>");
        QTest::newRow("less than no zaps") << answer(someNpub, -1);
        QTest::newRow("another type") << "[]";
        QTest::newRow("nothing") << "null";
        QTest::newRow("no JSON") << "<html>";
    }
    void aForeignAnswer()
    {
        QFETCH(QString, answer);
        QTemporaryDir folder;
        Towerd tower(folder.filePath("data"));
        QVERIFY2(tower.serve(), tower.errors());
        Page page(tower.url());
        QJsonObject shown = page.after({{"open", "another"}, {"answer", answer}});
        QCOMPARE(shown["cards"].toInt(), 1);
        QCOMPARE(shown["elements"].toInt(), 3); // its own
        QVERIFY(!shown["text"].toString().contains("npub1"));
        // The question goes to where the script came from, not to the tower.
        shown = page.after({{"open", "another"}, {"answer", ::answer(someNpub, 3)}});
        QVERIFY(shown["text"].toString().contains("3 zaps"));
        QCOMPARE(shown["problems"].toArray(), QJsonArray());
    }
};

QTEST_GUILESS_MAIN(TestIdentityCard)
#include "tst_IdentityCard.moc"
