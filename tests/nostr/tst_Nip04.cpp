// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"
#include "core/nostr/Nip04.h"
#include "tests/nostr/NostrSamples.h"
#include "tests/support/Expect.h"

#include <QTest>

#include <rapidcheck.h>

using namespace tower;

class TestNip04 : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { samples::fixSeed(); }
    void readsAMessageMadeElsewhere();
    void readsWhatTheOtherWrote();
    void refusesContent_data();
    void refusesContent();
    void refusesKeysOffTheCurve();
};

/// Made with OpenSSL's command line out of the shared x coordinate of the keys 1 and 2, which is that of 2·G.
void TestNip04::readsAMessageMadeElsewhere()
{
    const SecretKey one = *SecretKey::fromBytes(QByteArray(31, 0) + '\1');
    const SecretKey two = *SecretKey::fromBytes(QByteArray(31, 0) + '\2');
    const QByteArray content = "4sRMXOt68LvxNZhfrjCABA==?iv=AAECAwQFBgcICQoLDA0ODw==";
    QCOMPARE(decryptNip04(one, two.pubKey(), content), "Grüße, 世界");
    QCOMPARE(decryptNip04(two, one.pubKey(), content), "Grüße, 世界");
}

void TestNip04::readsWhatTheOtherWrote()
{
    QVERIFY(rc::check("what one side wrote the other reads", [] {
        const SecretKey here = samples::key(*rc::gen::inRange<char>(1, 100));
        const SecretKey there = samples::key(*rc::gen::inRange<char>(1, 100));
        const auto bytes = *rc::gen::arbitrary<std::vector<char>>();
        const QByteArray plain(bytes.data(), static_cast<qsizetype>(bytes.size()));
        const QByteArray content = encryptNip04(here, there.pubKey(), plain);
        RC_ASSERT(decryptNip04(there, here.pubKey(), content) == plain);
        RC_ASSERT(encryptNip04(here, there.pubKey(), plain) != content);
    }));
}

void TestNip04::refusesContent_data()
{
    QTest::addColumn<QByteArray>("content");
    const QByteArray good = encryptNip04(samples::key(1), samples::key(2).pubKey(), "hello");
    const QByteArray block = QByteArray(16, 'x').toBase64();
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("plain text") << QByteArray("hello");
    QTest::newRow("no iv") << good.first(good.indexOf('?'));
    QTest::newRow("an empty iv") << good.first(good.indexOf('?')) + "?iv=";
    QTest::newRow("an iv of 15 bytes") << block + "?iv=" + QByteArray(15, 'x').toBase64();
    QTest::newRow("an iv of 32 bytes") << block + "?iv=" + QByteArray(32, 'x').toBase64();
    QTest::newRow("two ivs") << good + "?iv=" + block;
    QTest::newRow("only an iv") << "?iv=" + block;
    QTest::newRow("15 bytes") << QByteArray(15, 'x').toBase64() + "?iv=" + block;
    QTest::newRow("17 bytes") << QByteArray(17, 'x').toBase64() + "?iv=" + block;
    QTest::newRow("broken padding") << QByteArray(32, 'x').toBase64() + "?iv=" + block;
    QTest::newRow("not base64") << "ä" + good;
    QTest::newRow("a blank") << ' ' + good;
    QTest::newRow("base64url") << QByteArray(16, '\xff').toBase64(QByteArray::Base64UrlEncoding) +
                                      "?iv=" + block;
    QTest::newRow("larger than an event") << QByteArray(Event::maximumBytes, 'A') + "?iv=" + block;
}

void TestNip04::refusesContent()
{
    QFETCH(QByteArray, content);
    QCOMPARE(errorCodeOf([&] { decryptNip04(samples::key(2), samples::key(1).pubKey(), content); }),
             "decryption_failed");
}

void TestNip04::refusesKeysOffTheCurve()
{
    const PubKey nobody = *PubKey::fromHex(QByteArrayView(QByteArray(64, 'f')));
    QCOMPARE(errorCodeOf([&] { encryptNip04(samples::key(), nobody, "hello"); }), "invalid_request");
    const QByteArray content = encryptNip04(samples::key(), samples::key().pubKey(), "hello");
    QCOMPARE(errorCodeOf([&] { decryptNip04(samples::key(), nobody, content); }), "invalid_request");
}

QTEST_GUILESS_MAIN(TestNip04)
#include "tst_Nip04.moc"
