// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/trust/TrustHouse.h"

#include <QMessageAuthenticationCode>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

constexpr auto encoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

/// The token by its definition, made with another implementation of HMAC.
QByteArray tokenOf(const QByteArray &pubkey, const QByteArray &expiry, char secret = 't')
{
    const QByteArray payload = pubkey + ':' + expiry;
    const QByteArray mac =
        QMessageAuthenticationCode::hash(payload, QByteArray(40, secret), QCryptographicHash::Sha256).toHex();
    return (payload + ':' + mac).toBase64(encoding);
}

} // namespace

class TestTokens : public QObject
{
    Q_OBJECT

private slots:
    void isWhatTheSpecificationSays();
    void expires();
    void refused_data();
    void refused();
    void everyChangedByteIsRefused();
    void ofAnotherSecretIsRefused();
    void repeatsAreTheSame();
};

void TestTokens::isWhatTheSpecificationSays()
{
    TrustHouse house(QStringLiteral("sqlite"));
    const Tokens::Issued issued = house.tokens.issue(keyOf(1));
    const std::int64_t expiry = house.nowSecs() + 86'400;
    QCOMPARE(issued.text, tokenOf(keyOf(1).hex(), QByteArray::number(static_cast<qint64>(expiry))));
    QCOMPARE(issued.expiresAt, seconds(expiry));
    QCOMPARE(house.tokens.verify(issued.text), std::optional(keyOf(1)));
}

void TestTokens::expires()
{
    TrustHouse house(QStringLiteral("sqlite"),
                     {{QStringLiteral("NOSTR_TOKEN_TTL_SECS"), QStringLiteral("60")}});
    const QByteArray token = house.tokens.issue(keyOf(1)).text;
    house.clock.advance(Millis(59'999));
    QVERIFY(house.tokens.verify(token));
    house.clock.advance(Millis(1));
    QVERIFY(!house.tokens.verify(token));
}

void TestTokens::refused_data()
{
    QTest::addColumn<QByteArray>("token");
    const QByteArray pubkey = keyOf(1).hex();
    const QByteArray later = QByteArray::number(static_cast<qint64>(start.value() / 1000 + 100));
    const QByteArray good = tokenOf(pubkey, later);
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("no base64") << QByteArray("!!!");
    QTest::newRow("padded") << good + '=';
    QTest::newRow("blank behind") << good + ' ';
    QTest::newRow("cut") << good.chopped(1);
    QTest::newRow("twice") << good + good;
    QTest::newRow("huge") << QByteArray(100'000, 'A');
    QTest::newRow("plain text") << QByteArray::fromBase64(good, encoding);
    QTest::newRow("expired") << tokenOf(pubkey,
                                        QByteArray::number(static_cast<qint64>(start.value() / 1000)));
    QTest::newRow("another secret") << tokenOf(pubkey, later, 'u');
    // Rightly signed, but nothing that we would write.
    QTest::newRow("upper-case key") << tokenOf(pubkey.toUpper(), later);
    QTest::newRow("short key") << tokenOf(pubkey.chopped(2), later);
    QTest::newRow("no expiry") << tokenOf(pubkey, "");
    QTest::newRow("expiry in words") << tokenOf(pubkey, "later");
    QTest::newRow("leading zero") << tokenOf(pubkey, '0' + later);
    QTest::newRow("negative") << tokenOf(pubkey, "-5");
    QTest::newRow("past any year") << tokenOf(pubkey, QByteArray(30, '9'));
    QTest::newRow("four parts") << tokenOf(pubkey, later + ":1");
}

void TestTokens::refused()
{
    QFETCH(QByteArray, token);
    TrustHouse house(QStringLiteral("sqlite"));
    QVERIFY(!house.tokens.verify(token));
}

void TestTokens::everyChangedByteIsRefused()
{
    TrustHouse house(QStringLiteral("sqlite"));
    const QByteArray token = house.tokens.issue(keyOf(1)).text;
    for (qsizetype i = 0; i < token.size(); ++i) {
        QByteArray changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        QVERIFY2(!house.tokens.verify(changed), QByteArray::number(i).constData());
    }
}

void TestTokens::ofAnotherSecretIsRefused()
{
    TrustHouse house(QStringLiteral("sqlite"));
    const QByteArray token = house.tokens.issue(keyOf(1)).text;
    const Secrets rotated(TrustHouse::environment('u'),
                          [&] { return openSecretsFile(house.database.dir()); });
    const Tokens after(house.clock, house.settings, rotated);
    QVERIFY(!after.verify(token));
    QVERIFY(after.verify(after.issue(keyOf(1)).text));
}

void TestTokens::repeatsAreTheSame()
{
    TrustHouse house(QStringLiteral("sqlite"));
    const QByteArray token = house.tokens.issue(keyOf(1)).text;
    house.trust.seen(keyOf(1));
    const std::int64_t changes = house.database->number("SELECT MAX(seq) AS n FROM changes");
    for (int i = 0; i < 10'000; ++i) {
        const auto key = house.tokens.verify(token);
        QVERIFY(key);
        house.trust.seen(*key);
    }
    QCOMPARE(house.database->number("SELECT MAX(seq) AS n FROM changes"), changes);
    QCOMPARE(house.identity(keyOf(1)).score, 0);
}

QTEST_GUILESS_MAIN(TestTokens)
#include "tst_Tokens.moc"
