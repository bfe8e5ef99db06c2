// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/SessionMacaroons.h"

#include "tests/support/Expect.h"

#include <QMessageAuthenticationCode>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;
using Use = SessionMacaroons::Use;

namespace {

const QString id = QStringLiteral("3f2b1c00-1111-4222-8333-444455556666");
const QString otherId = QStringLiteral("3f2b1c00-1111-4222-8333-444455556667");
constexpr Millis start = days(20'000);
const QByteArray preimage(64, 'a');

QByteArray hmac(const QByteArray &key, const QByteArray &text)
{
    return QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256);
}

/// RFC 5869 by its definition, over another implementation of HMAC: no salt, one block.
QByteArray hkdf(const QByteArray &secret, const QByteArray &info)
{
    return hmac(hmac(QByteArray(32, '\0'), secret), info + '\1');
}

Session sessionOf(const QString &sessionId)
{
    Session session;
    session.id = sessionId;
    session.state = SessionState::Active;
    session.expiresAt = start + days(1);
    return session;
}

struct House
{
    explicit House(char fill = 't')
        : secrets(environment(fill), [this] { return openSecretsFile(dir.path()); })
    {
    }

    static QProcessEnvironment environment(char fill)
    {
        QProcessEnvironment out;
        out.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(40, QLatin1Char(fill)));
        return out;
    }

    QTemporaryDir dir;
    ManualClock clock{start};
    Secrets secrets;
    SessionMacaroons macaroons{secrets, clock};
    Session session = sessionOf(id);

    /// The session's macaroon, narrowed by these.
    QByteArray narrowed(const std::vector<QByteArray> &caveats)
    {
        Macaroon macaroon = Macaroon::decode(macaroons.mint(session)).value();
        for (const QByteArray &caveat : caveats)
            macaroon.add(caveat);
        return macaroon.encode();
    }
    QByteArray codeOf(const QByteArray &authorization, Use use = Use::Spend)
    {
        return errorCodeOf([&] { macaroons.check(authorization, session, use); });
    }
};

} // namespace

class TestSessionMacaroons : public QObject
{
    Q_OBJECT

private slots:
    void isWhatTheSpecificationSays();
    void forms_data();
    void forms();
    void narrowing_data();
    void narrowing();
    void theSmallestMaximumCounts();
    void expires();
    void doesNotEndBeforeItsSession();
    void ofAnotherSession();
    void ofAnotherSecret();
    void everyChangedByteIsRefused();
    void aCaveatTakenAwayIsNoticed();
};

void TestSessionMacaroons::isWhatTheSpecificationSays()
{
    House house;
    const Macaroon macaroon = Macaroon::decode(house.macaroons.mint(house.session)).value();
    QCOMPARE(macaroon.identifier(), QByteArray("v1 ") + id.toUtf8());
    QCOMPARE(macaroon.caveats().size(), std::size_t(2));
    QCOMPARE(macaroon.caveats()[0], QByteArray("session = ") + id.toUtf8());
    QCOMPARE(macaroon.caveats()[1], QByteArray("expires = ") + QByteArray::number(static_cast<qint64>(
                                                                   (start + days(1)).value() / 1000)));
    QVERIFY(macaroon.isSignedBy(hkdf(QByteArray(40, 't'), "session macaroon " + id.toUtf8())));
    QVERIFY(!macaroon.isSignedBy(hkdf(QByteArray(40, 't'), "session macaroon " + otherId.toUtf8())));
}

void TestSessionMacaroons::forms_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<QByteArray>("code");
    const QByteArray none;
    QTest::newRow("bearer") << QByteArray("Bearer ") << none << none;
    QTest::newRow("bearer in lower case") << QByteArray("bearer ") << none << none;
    QTest::newRow("blanks around it") << QByteArray("  Bearer   ") << QByteArray(" ") << none;
    QTest::newRow("L402") << QByteArray("L402 ") << QByteArray(":" + preimage) << none;
    QTest::newRow("LSAT") << QByteArray("LSAT ") << QByteArray(":" + preimage) << none;
    QTest::newRow("L402 without a preimage") << QByteArray("L402 ") << none << QByteArray("macaroon_invalid");
    QTest::newRow("L402 with half a preimage")
        << QByteArray("L402 ") << QByteArray(":abcd") << QByteArray("macaroon_invalid");
    QTest::newRow("L402 with no hex")
        << QByteArray("L402 ") << QByteArray(":" + QByteArray(64, 'g')) << QByteArray("macaroon_invalid");
    QTest::newRow("no scheme") << none << none << QByteArray("macaroon_required");
    QTest::newRow("another scheme") << QByteArray("Basic ") << none << QByteArray("macaroon_required");
    QTest::newRow("two macaroons") << QByteArray("Bearer ") << QByteArray(",abc")
                                   << QByteArray("macaroon_invalid");
    QTest::newRow("endless") << QByteArray("Bearer ") << QByteArray(100'000, 'A')
                             << QByteArray("macaroon_invalid");
}
void TestSessionMacaroons::forms()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QFETCH(QByteArray, code);
    House house;
    QCOMPARE(house.codeOf(before + house.macaroons.mint(house.session) + after), code);
    for (const char *nothing : {"", "Bearer", "Bearer ", "   "})
        QCOMPARE(house.codeOf(nothing), QByteArray("macaroon_required"));
}

void TestSessionMacaroons::narrowing_data()
{
    QTest::addColumn<QByteArray>("caveat");
    QTest::addColumn<QByteArray>("spend");
    QTest::addColumn<QByteArray>("payout");
    const QByteArray ok;
    const QByteArray invalid("macaroon_invalid");
    const QByteArray now = QByteArray::number(static_cast<qint64>(start.value() / 1000));
    const QByteArray later = QByteArray::number(static_cast<qint64>(start.value() / 1000 + 60));
    QTest::newRow("a maximum") << QByteArray("max_sats_per_request = 5") << ok << ok;
    QTest::newRow("without blanks") << QByteArray("max_sats_per_request=5") << ok << ok;
    QTest::newRow("an earlier expiry to come") << QByteArray("expires = " + later) << ok << ok;
    QTest::newRow("an earlier expiry that is here")
        << QByteArray("expires = " + now) << QByteArray("macaroon_expired") << QByteArray("macaroon_expired");
    QTest::newRow("expired long ago")
        << QByteArray("expires = 0") << QByteArray("macaroon_expired") << QByteArray("macaroon_expired");
    QTest::newRow("the same session") << QByteArray("session = " + id.toUtf8()) << ok << ok;
    QTest::newRow("another session") << QByteArray("session = " + otherId.toUtf8()) << invalid << invalid;
    for (const char *unknown :
         {"tier = elite", "max_sats_per_day = 5", "expires", "expires = ", "expires = soon", "expires = -1",
          "expires = 1e9", "expires = 9999999999999999", "max_sats_per_request = ",
          "max_sats_per_request = 5 sats", "Expires = 99999999999", "", "=", "session"})
        QTest::newRow(unknown) << QByteArray(unknown) << invalid << invalid;
}
void TestSessionMacaroons::narrowing()
{
    QFETCH(QByteArray, caveat);
    QFETCH(QByteArray, spend);
    QFETCH(QByteArray, payout);
    House house;
    const QByteArray authorization = "Bearer " + house.narrowed({caveat});
    QCOMPARE(house.codeOf(authorization), spend);
    QCOMPARE(house.codeOf(authorization, Use::Payout), payout);
    if (!payout.isEmpty())
        return;
    // Whoever shows a narrowed one never gets a wider one for it.
    QVERIFY(!house.macaroons.check(authorization, house.session, Use::Payout).isWhole);
    QCOMPARE("Bearer " + house.macaroons.renewed(authorization, house.session), authorization);
}

void TestSessionMacaroons::theSmallestMaximumCounts()
{
    House house;
    const auto maximum = [&](const std::vector<QByteArray> &caveats) {
        return house.macaroons.check("Bearer " + house.narrowed(caveats), house.session, Use::Spend)
            .maximumPerRequest;
    };
    QCOMPARE(maximum({}), std::optional<Sats>());
    QCOMPARE(maximum({"max_sats_per_request = 7", "max_sats_per_request = 70"}), std::optional(Sats(7)));
    QCOMPARE(maximum({"max_sats_per_request = 70", "max_sats_per_request = 7"}), std::optional(Sats(7)));
    QCOMPARE(maximum({"max_sats_per_request = 0"}), std::optional(Sats(0)));
}

void TestSessionMacaroons::expires()
{
    House house;
    const QByteArray authorization = "Bearer " + house.macaroons.mint(house.session);
    house.clock.set(house.session.expiresAt - Millis(1));
    QCOMPARE(house.codeOf(authorization), QByteArray());
    house.clock.advance(Millis(1));
    QCOMPARE(house.codeOf(authorization), QByteArray("macaroon_expired"));
    QCOMPARE(house.codeOf(authorization, Use::Payout), QByteArray());
}

void TestSessionMacaroons::doesNotEndBeforeItsSession()
{
    House house;
    house.session.expiresAt += Millis(1);
    const QByteArray authorization = "Bearer " + house.macaroons.mint(house.session);
    house.clock.set(house.session.expiresAt);
    QCOMPARE(house.codeOf(authorization), QByteArray());
}

void TestSessionMacaroons::ofAnotherSession()
{
    House house;
    QCOMPARE(house.codeOf("Bearer " + house.macaroons.mint(sessionOf(otherId))),
             QByteArray("macaroon_invalid"));
    // Under the right key, but naming another one: nobody could make it, and still it opens nothing.
    Macaroon forged = Macaroon::mint(hkdf(QByteArray(40, 't'), "session macaroon " + id.toUtf8()),
                                     "v1 " + otherId.toUtf8());
    QCOMPARE(house.codeOf("Bearer " + forged.encode()), QByteArray("macaroon_invalid"));
}

void TestSessionMacaroons::ofAnotherSecret()
{
    House house;
    House other('x');
    QCOMPARE(house.codeOf("Bearer " + other.macaroons.mint(house.session)), QByteArray("macaroon_invalid"));
    QCOMPARE(other.codeOf("Bearer " + other.macaroons.mint(house.session)), QByteArray());
}

void TestSessionMacaroons::everyChangedByteIsRefused()
{
    House house;
    const QByteArray::Base64Options alphabet = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
    const QByteArray bytes = QByteArray::fromBase64(house.macaroons.mint(house.session), alphabet);
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        QByteArray changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        QCOMPARE(house.codeOf("Bearer " + changed.toBase64(alphabet)), QByteArray("macaroon_invalid"));
    }
}

void TestSessionMacaroons::aCaveatTakenAwayIsNoticed()
{
    House house;
    const QByteArray::Base64Options alphabet = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
    const QByteArray limited = QByteArray::fromBase64(house.narrowed({"max_sats_per_request = 5"}), alphabet);
    const QByteArray caveat("\x02\x18max_sats_per_request = 5\x00", 27);
    QVERIFY(limited.contains(caveat));
    QByteArray freed = limited;
    freed.replace(caveat, "");
    QVERIFY(Macaroon::decode(freed.toBase64(alphabet)));
    QCOMPARE(house.codeOf("Bearer " + freed.toBase64(alphabet)), QByteArray("macaroon_invalid"));
}

QTEST_GUILESS_MAIN(TestSessionMacaroons)
#include "tst_SessionMacaroons.moc"
