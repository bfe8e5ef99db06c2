// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Fingerprints.h"
#include "core/store/SettingsStore.h"
#include "tests/support/TestDatabase.h"

#include <QTest>

using namespace tower;

class TestSettingsStore : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void settings()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        SettingsStore store(*test);
        const QString name = QStringLiteral("EVAL_FEE_SATS");
        QVERIFY(store.values().empty());
        for (const char *value : {"10", "12"}) {
            Transaction transaction(*test);
            store.save(transaction, {name, QString::fromLatin1(value), Millis(5), QStringLiteral("console")});
            transaction.commit();
        }
        QCOMPARE(store.values(), (Settings::Values{{name, QStringLiteral("12")}}));
        QCOMPARE(store.all().at(0).actor, QStringLiteral("console"));
        Transaction transaction(*test);
        QVERIFY(store.remove(transaction, name));
        QVERIFY(!store.remove(transaction, name));
        transaction.commit();
        QVERIFY(store.values().empty());
        QCOMPARE(test->number("SELECT count(*) AS n FROM changes WHERE kind = 'setting'"), 3);
    }

    void fingerprints()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        Fingerprints fingerprints(*test);
        const QString name = QStringLiteral("TIMMY_NOSTR_NSEC");
        const auto remember = [&](const char *print, Millis at) {
            Transaction transaction(*test);
            fingerprints.remember(transaction, name, print, at);
            transaction.commit();
        };
        QVERIFY(!fingerprints.isKnown(name));
        QCOMPARE(fingerprints.check(name, "aa"), Fingerprints::Match::FirstSeen);
        remember("aa", Millis(1));
        QVERIFY(fingerprints.isKnown(name));
        QCOMPARE(fingerprints.check(name, "aa"), Fingerprints::Match::Same);
        QCOMPARE(fingerprints.check(name, "bb"), Fingerprints::Match::Different);
        remember("aa", Millis(2));
        QCOMPARE(test->number("SELECT first_used_at AS n FROM secret_fingerprints"), 1);
        remember("bb", Millis(3));
        QCOMPARE(fingerprints.check(name, "bb"), Fingerprints::Match::Same);
        QCOMPARE(test->number("SELECT first_used_at AS n FROM secret_fingerprints"), 3);
    }
};

QTEST_GUILESS_MAIN(TestSettingsStore)
#include "tst_SettingsStore.moc"
