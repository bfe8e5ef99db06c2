// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Another key in place of Timmy's, from start to start.
#include "app/StartSecrets.h"
#include "core/base/Error.h"
#include "core/nostr/Keys.h"
#include "core/store/Fingerprints.h"
#include "tests/support/TestDatabase.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;

namespace {

// The example of NIP-19.
const QByteArray anotherHex = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa";
const QByteArray anotherNsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
const PubKey another = SecretKey::fromText(anotherHex)->pubKey();

/// What stays from start to start.
struct Folder
{
    TestDatabase database;
    ManualClock clock{days(20'000)};
    Activity activity{*database, clock};
    Settings settings;
    QTemporaryDir dir;
};

struct Start
{
    explicit Start(Folder &in, const QProcessEnvironment &environment = {})
        : folder(in)
        , secrets(environment, [&in] { return openSecretsFile(in.dir.path()); })
        , timmy(settleSecrets(secrets, in.settings, *in.database, in.clock, in.activity, {}))
    {
    }
    PubKey replace(const QByteArray &key)
    {
        return replaceTimmyKey(secrets, SecretBytes(key), *folder.database, folder.clock, folder.activity,
                               QStringLiteral("admin:test"));
    }

    Folder &folder;
    Secrets secrets;
    TimmyIdentity timmy;
};

template <class Work>
QByteArray errorOf(Work work)
{
    try {
        work();
    } catch (const ServiceError &error) {
        return error.code();
    }
    return {};
}

} // namespace

class TestTimmyKey : public QObject
{
    Q_OBJECT

private slots:
    void theNextStartTakesIt_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::newRow("hex") << anotherHex;
        QTest::newRow("nsec") << anotherNsec;
    }

    void theNextStartTakesIt()
    {
        QFETCH(QByteArray, key);
        Folder folder;
        {
            Start first(folder);
            const PubKey before = first.timmy.pubKey();
            QCOMPARE(first.replace(key), another);
            QCOMPARE(first.timmy.pubKey(), before);
        }
        QCOMPARE(Start(folder).timmy.pubKey(), another);
        const auto rows = folder.activity.list({}, {});
        const ActivityEntry &entry = rows.items.front().entry;
        QCOMPARE(entry.action, QStringLiteral("secret.change"));
        QCOMPARE(entry.subject, QStringLiteral("TIMMY_NOSTR_NSEC"));
        const QByteArray written = QJsonDocument(entry.after).toJson();
        QVERIFY(written.contains(another.hex()));
        QVERIFY(!written.contains(anotherHex) && !written.contains(anotherNsec));
    }

    void aCrashLeavesOneThatIsKnown()
    {
        Folder folder;
        PubKey before;
        {
            const Start first(folder);
            before = first.timmy.pubKey();
            // What is written before the store is: the crash comes then.
            Fingerprints fingerprints(*folder.database);
            Transaction transaction(*folder.database);
            fingerprints.remember(transaction, QStringLiteral("TIMMY_NOSTR_NSEC#next"), another.hex(),
                                  folder.clock.now());
            transaction.commit();
        }
        QCOMPARE(Start(folder).timmy.pubKey(), before);
    }

    void aCrashAfterTheStoreToo()
    {
        Folder folder;
        {
            Start first(folder);
            Fingerprints fingerprints(*folder.database);
            Transaction transaction(*folder.database);
            fingerprints.remember(transaction, QStringLiteral("TIMMY_NOSTR_NSEC#next"), another.hex(),
                                  folder.clock.now());
            transaction.commit();
            first.secrets.set(Secret::TimmyNostrNsec, SecretBytes(anotherHex));
        }
        QCOMPARE(Start(folder).timmy.pubKey(), another);
    }

    void aKeyThatNobodyImportedStillStopsTheStart()
    {
        Folder folder;
        {
            Start first(folder);
            first.secrets.set(Secret::TimmyNostrNsec, SecretBytes(anotherHex));
        }
        QCOMPARE(errorOf([&] { Start second(folder); }), QByteArray("secret_changed"));
    }

    void whatIsNoKeyIsRefused()
    {
        Folder folder;
        Start first(folder);
        const QByteArray before = first.secrets.value(Secret::TimmyNostrNsec).view().toByteArray();
        for (const char *key : {"", "nsec1nonsense", "0b0b"})
            QCOMPARE(errorOf([&] { first.replace(key); }), QByteArray("invalid_request"));
        QCOMPARE(first.secrets.value(Secret::TimmyNostrNsec).view().toByteArray(), before);
    }

    void theEnvironmentWins()
    {
        Folder folder;
        QProcessEnvironment environment;
        environment.insert(QStringLiteral("TIMMY_NOSTR_NSEC"), QString(64, QLatin1Char('1')));
        Start first(folder, environment);
        QCOMPARE(errorOf([&] { first.replace(anotherHex); }), QByteArray("secret_fixed"));
    }
};

QTEST_GUILESS_MAIN(TestTimmyKey)
#include "tst_TimmyKey.moc"
