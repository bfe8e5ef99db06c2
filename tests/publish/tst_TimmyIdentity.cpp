// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/nostr/Nip04.h"
#include "core/nostr/Nip19.h"
#include "core/nostr/Nip44.h"
#include "core/publish/TimmyIdentity.h"

#include <QTest>

using namespace tower;

namespace {

SecretKey keyNumber(char number)
{
    return std::move(*SecretKey::fromBytes(QByteArray(31, '\x41') + number));
}

} // namespace

class TestTimmyIdentity : public QObject
{
    Q_OBJECT

private slots:
    void itsNames()
    {
        const TimmyIdentity timmy(keyNumber(1));
        QCOMPARE(timmy.pubKey(), keyNumber(1).pubKey());
        QCOMPARE(fromNpub(timmy.npub()), std::optional(timmy.pubKey()));
    }

    void signsWhatItSays()
    {
        const TimmyIdentity timmy(keyNumber(1));
        const EventTemplate said{9734, {{"p", "ab"}, {"amount", "21000"}}, "a zap\nfür dich"};
        const Event event = timmy.sign(said, Millis(1'763'630'000'999));
        QCOMPARE(event.pubkey, timmy.pubKey());
        QCOMPARE(event.createdAt, 1'763'630'000);
        QCOMPARE(event.kind, said.kind);
        QCOMPARE(event.tags, said.tags);
        QCOMPARE(event.content, said.content);
        QVERIFY(checkEvent(event).isEmpty());
        const auto read = parseEvent(event.toJson());
        QVERIFY(read.event && checkEvent(*read.event).isEmpty());
        // The id is of what is said, and when; the signature is fresh each time.
        QCOMPARE(timmy.sign(said, Millis(1'763'630'000'000)).id, event.id);
        QVERIFY(timmy.sign(said, Millis(1'763'630'001'000)).id != event.id);
    }

    void writesToAndReadsFromAMember()
    {
        const TimmyIdentity timmy(keyNumber(1));
        const SecretKey member = keyNumber(2);
        const QByteArray text = "grüezi 👋";

        const QByteArray sent04 = timmy.encryptDm(member.pubKey(), text);
        QVERIFY(sent04.contains("?iv=") && !sent04.contains("grüezi"));
        QCOMPARE(decryptNip04(member, timmy.pubKey(), sent04), text);
        const QByteArray sent44 = timmy.encrypt44(member.pubKey(), text);
        QCOMPARE(Nip44Conversation(member, timmy.pubKey()).decrypt(sent44), text);

        // Each in the form in which it came.
        QCOMPARE(timmy.decryptDm(member.pubKey(), encryptNip04(member, timmy.pubKey(), text)),
                 std::optional(text));
        QCOMPARE(timmy.decryptDm(member.pubKey(), Nip44Conversation(member, timmy.pubKey()).encrypt(text)),
                 std::optional(text));
    }

    void whatIsNotForItIsNothing_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("words") << QByteArray("hello there");
        QTest::newRow("an iv alone") << QByteArray("?iv=");
        QTest::newRow("NIP-04, cut") << QByteArray("AAAA?iv=AAAAAAAAAAAAAAAAAAAAAA==");
        QTest::newRow("NIP-44, cut") << QByteArray("AgAA");
        QTest::newRow("for somebody else")
            << Nip44Conversation(keyNumber(2), keyNumber(3).pubKey()).encrypt("not for Timmy");
    }
    void whatIsNotForItIsNothing()
    {
        QFETCH(QByteArray, payload);
        const TimmyIdentity timmy(keyNumber(1));
        QVERIFY(!timmy.decryptDm(keyNumber(2).pubKey(), payload));
    }

    void aKeyThatIsNone()
    {
        const TimmyIdentity timmy(keyNumber(1));
        const PubKey nobody; // zero is no point of the curve
        QVERIFY(!timmy.decryptDm(nobody, "AAAA?iv=AAAAAAAAAAAAAAAAAAAAAA=="));
        QVERIFY_EXCEPTION_THROWN(timmy.encryptDm(nobody, "x"), ServiceError);
        QVERIFY_EXCEPTION_THROWN(timmy.encrypt44(nobody, "x"), ServiceError);
    }
};

QTEST_GUILESS_MAIN(TestTimmyIdentity)
#include "tst_TimmyIdentity.moc"
