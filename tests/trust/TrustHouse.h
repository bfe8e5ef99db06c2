// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Keys.h"
#include "core/trust/SignIn.h"
#include "core/trust/Vouches.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QtEndian>

namespace tower::test {

inline constexpr Millis start = days(20'000);

/// A key that is the same in every run.
inline SecretKey secretOf(quint32 number)
{
    QByteArray bytes(32, '\2');
    qToBigEndian(number, bytes.data() + 28);
    return std::move(*SecretKey::fromBytes(bytes));
}
inline PubKey keyOf(quint32 number)
{
    return secretOf(number).pubKey();
}

/// Gives the event its author, id and signature.
inline Event signedBy(const SecretKey &author, Event event)
{
    event.pubkey = author.pubKey();
    event.id = event.computedId();
    event.signature = author.sign(event.id.bytes(), {});
    return event;
}

/// What reading that event's JSON gives.
inline EventParse parsed(const Event &event)
{
    return parseEvent(QByteArrayView(event.toJson()));
}

/// The trust services over one connection.
struct TrustServices
{
    TrustServices(Database &database, const Clock &clock, const Settings &settings, const Secrets &secrets)
        : activity(database, clock)
        , identities(database, clock, settings)
        , relayAccounts(database, clock, settings, identities, activity)
        , trust(database, clock, settings, identities, relayAccounts, activity)
        , tokens(clock, settings, secrets)
        , signIn(database, clock, settings, identities, trust, tokens)
        , vouches(database, clock, settings, identities, relayAccounts, trust, activity)
    {
    }

    Activity activity;
    Identities identities;
    RelayAccounts relayAccounts;
    Trust trust;
    Tokens tokens;
    SignIn signIn;
    Vouches vouches;
};

/// The services over a fresh database, with a clock that the test turns.
struct TrustHouse
{
    explicit TrustHouse(const QString &engine, const Settings::Values &values = {})
        : database(engine)
        , settings(values, {}, {})
    {
    }

    TestDatabase database;
    ManualClock clock{start};
    Settings settings;
    Secrets secrets{environment(), [this] { return openSecretsFile(database.dir()); }};
    TrustServices services{*database, clock, settings, secrets};

    Identities &identities = services.identities;
    RelayAccounts &relayAccounts = services.relayAccounts;
    Trust &trust = services.trust;
    Tokens &tokens = services.tokens;
    SignIn &signIn = services.signIn;
    Vouches &vouches = services.vouches;

    [[nodiscard]] std::int64_t nowSecs() const { return clock.now().value() / 1000; }
    Identity identity(const PubKey &key) { return identities.find(key).value_or(Identity{}); }
    std::vector<ScoreChange> history(const PubKey &key) { return identities.history(key, {500, {}}).items; }
    void setScore(const PubKey &key, std::int64_t score)
    {
        trust.adjust(key, score, {}, QStringLiteral("admin"));
    }

    /// A sign-in event over a nonce.
    Event answer(const SecretKey &author, const QString &nonce) const
    {
        Event event;
        event.kind = SignIn::httpAuthKind;
        event.createdAt = nowSecs();
        event.content = nonce.toLatin1();
        return signedBy(author, event);
    }
    /// An event that vouches for someone.
    Event word(const SecretKey &author, const PubKey &vouchee, const QByteArray &content = "I vouch") const
    {
        Event event;
        event.kind = 1;
        event.createdAt = nowSecs();
        event.content = content;
        event.tags = {{"p", vouchee.hex()}};
        return signedBy(author, event);
    }

    static QProcessEnvironment environment(char fill = 't')
    {
        QProcessEnvironment out;
        out.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(40, QLatin1Char(fill)));
        return out;
    }
};

/// Code and field of the ServiceError that `work` throws: "401 bad_signature", "400 wrong_kind kind"; "" for
/// none.
template <class Work>
QByteArray refusalOf(Work &&work)
{
    try {
        work();
    } catch (const ServiceError &error) {
        const char *kind = error.kind() == ErrorKind::BadRequest     ? "400"
                           : error.kind() == ErrorKind::Unauthorized ? "401"
                           : error.kind() == ErrorKind::Forbidden    ? "403"
                           : error.kind() == ErrorKind::NotFound     ? "404"
                           : error.kind() == ErrorKind::Unavailable  ? "503"
                                                                     : "5xx";
        return QByteArray(kind) + ' ' + error.code() + (error.field().isEmpty() ? "" : ' ' + error.field());
    }
    return "";
}

} // namespace tower::test
