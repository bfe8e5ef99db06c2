// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/trust/TrustHouse.h"

#include <QTest>

#include <atomic>
#include <barrier>
#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

using Edit = std::function<void(Event &)>;

/// A house in which identity 1 is elite.
struct VouchHouse : TrustHouse
{
    explicit VouchHouse(const QString &engine, const Settings::Values &values = {})
        : TrustHouse(engine, values)
    {
        setScore(keyOf(1), 200);
    }
    Vouches::Outcome vouch(quint32 by, quint32 about)
    {
        return vouches.vouch(keyOf(by), keyOf(about), parsed(word(secretOf(by), keyOf(about))));
    }
};

std::size_t countOf(const std::vector<ScoreChange> &history, const char *why)
{
    return static_cast<std::size_t>(
        std::count_if(history.begin(), history.end(),
                      [why](const ScoreChange &change) { return change.why == QLatin1String(why); }));
}

} // namespace

Q_DECLARE_METATYPE(Edit)

class TestVouches : public QObject
{
    Q_OBJECT

private slots:
    void boostsOnce_data() { TestDatabase::engineRows(); }
    void boostsOnce();
    void aRepeatChangesNothing_data() { TestDatabase::engineRows(); }
    void aRepeatChangesNothing();
    void oneEventServesOneVouchee_data() { TestDatabase::engineRows(); }
    void oneEventServesOneVouchee();
    void onlyTheEliteVouch();
    void decayedEliteIsEliteNoLonger();
    void refused_data();
    void refused();
    void regularKinds();
    void oneOfSeveralTags();
    void beingVouchedForIsNotBeingSeen();
    void revoked_data() { TestDatabase::engineRows(); }
    void revoked();
    void revokedBelowTheBoost();
    void replayed_data() { TestDatabase::engineRows(); }
    void replayed();
    void manyAtOnce_data() { TestDatabase::engineRows(); }
    void manyAtOnce();
    void manyAtOnceWouldShowAReadBeforeTheWrite();
    void crosswise_data() { TestDatabase::engineRows(); }
    void crosswise();
    void graph();
};

void TestVouches::boostsOnce()
{
    QFETCH(QString, engine);
    VouchHouse house(engine);
    const Vouches::Outcome outcome = house.vouch(1, 2);
    QVERIFY(!outcome.repeated);
    QCOMPARE(outcome.vouch.boost, 20);
    QCOMPARE(outcome.vouchee.pubkey, keyOf(2));
    QCOMPARE(outcome.vouchee.score, 20);
    QCOMPARE(outcome.vouchee.tier, Tier::Established);
    QCOMPARE(house.relayAccounts.getAccess(keyOf(2)), AccessLevel::Write);
    QCOMPARE(house.relayAccounts.find(keyOf(2))->grantedBy, GrantedBy::AutoTier);

    const auto history = house.history(keyOf(2));
    QCOMPARE(history.size(), std::size_t(1));
    QCOMPARE(history[0].why, QStringLiteral("vouch"));
    QCOMPARE(history[0].from, 0);
    QCOMPARE(history[0].to, 20);
    QCOMPARE(history[0].ref, QStringLiteral("vouch:") + outcome.vouch.id);
    const auto rows = house.services.activity.list({.action = QStringLiteral("vouch.add")}, {}).items;
    QCOMPARE(rows.size(), std::size_t(1));
    QCOMPARE(rows[0].entry.subject, keyOf(2).text());
    QCOMPARE(rows[0].entry.actor, QStringLiteral("identity:") + keyOf(1).text());
    // The voucher gives nothing away.
    QCOMPARE(house.identity(keyOf(1)).score, 200);
    QCOMPARE(house.vouches.countGiven(keyOf(1)), 1);
    QCOMPARE(house.vouches.countReceived(keyOf(2)), 1);
}

void TestVouches::aRepeatChangesNothing()
{
    QFETCH(QString, engine);
    VouchHouse house(engine);
    const Vouches::Outcome first = house.vouch(1, 2);
    const std::int64_t changes = house.database->number("SELECT MAX(seq) AS n FROM changes");
    // The same pair with another event.
    const Vouches::Outcome again =
        house.vouches.vouch(keyOf(1), keyOf(2), parsed(house.word(secretOf(1), keyOf(2), "once more")));
    QVERIFY(again.repeated);
    QCOMPARE(again.vouch.id, first.vouch.id);
    QCOMPARE(again.vouchee.score, 20);
    QCOMPARE(house.database->number("SELECT MAX(seq) AS n FROM changes"), changes);
}

void TestVouches::oneEventServesOneVouchee()
{
    QFETCH(QString, engine);
    VouchHouse house(engine);
    Event event = house.word(secretOf(1), keyOf(2));
    event.tags = {{"p", keyOf(2).hex()}, {"p", keyOf(3).hex()}};
    event = signedBy(secretOf(1), event);
    const Vouches::Outcome first = house.vouches.vouch(keyOf(1), keyOf(2), parsed(event));
    const Vouches::Outcome second = house.vouches.vouch(keyOf(1), keyOf(3), parsed(event));
    QVERIFY(second.repeated);
    QCOMPARE(second.vouch.id, first.vouch.id);
    QVERIFY(!house.identities.find(keyOf(3))); // not even created
}

void TestVouches::onlyTheEliteVouch()
{
    VouchHouse house(QStringLiteral("sqlite"));
    QCOMPARE(refusalOf([&] { house.vouch(5, 2); }), QByteArray("403 elite_required")); // unknown
    for (const int score : {0, 10, 199}) {
        house.setScore(keyOf(5), score);
        QCOMPARE(refusalOf([&] { house.vouch(5, 2); }), QByteArray("403 elite_required"));
    }
    QVERIFY(!house.identities.find(keyOf(2)));
    house.setScore(keyOf(5), 200);
    house.vouch(5, 2);
}

void TestVouches::decayedEliteIsEliteNoLonger()
{
    VouchHouse house(QStringLiteral("sqlite"));
    house.clock.advance(days(31));
    QCOMPARE(refusalOf([&] { house.vouch(1, 2); }), QByteArray("403 elite_required"));
}

void TestVouches::refused_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<bool>("signAgain");
    QTest::addColumn<QByteArray>("field");
    const auto row = [](const char *name, bool signAgain, const char *field, Edit edit) {
        QTest::newRow(name) << edit << signAgain << QByteArray(field);
    };
    row("altered", false, "event", [](Event &e) { e.content += '!'; });
    row("signature altered", false, "event", [](Event &e) { e.signature[0] ^= 1; });
    row("replaceable kind", true, "kind", [](Event &e) { e.kind = 0; });
    row("ephemeral kind", true, "kind", [](Event &e) { e.kind = 20'001; });
    row("addressable kind", true, "kind", [](Event &e) { e.kind = 30'023; });
    row("sign-in kind", true, "kind", [](Event &e) { e.kind = 27'235; });
    row("older than a day", true, "created_at", [](Event &e) { e.createdAt -= 86'401; });
    row("more than a day ahead", true, "created_at", [](Event &e) { e.createdAt += 86'401; });
    row("no p tag", true, "tags", [](Event &e) { e.tags.clear(); });
    row("p tag of another", true, "tags", [](Event &e) { e.tags = {{"p", keyOf(3).hex()}}; });
    row("e tag", true, "tags", [](Event &e) { e.tags = {{"e", keyOf(2).hex()}}; });
    row("upper-case p tag", true, "tags", [](Event &e) { e.tags = {{"p", keyOf(2).hex().toUpper()}}; });
}

void TestVouches::refused()
{
    QFETCH(Edit, edit);
    QFETCH(bool, signAgain);
    QFETCH(QByteArray, field);
    VouchHouse house(QStringLiteral("sqlite"));
    Event event = house.word(secretOf(1), keyOf(2));
    edit(event);
    if (signAgain)
        event = signedBy(secretOf(1), event);
    QCOMPARE(refusalOf([&] { house.vouches.vouch(keyOf(1), keyOf(2), parsed(event)); }),
             "400 invalid_vouch_event " + field);

    const Event foreign = house.word(secretOf(4), keyOf(2));
    QCOMPARE(refusalOf([&] { house.vouches.vouch(keyOf(1), keyOf(2), parsed(foreign)); }),
             QByteArray("400 invalid_vouch_event pubkey"));
    QCOMPARE(
        refusalOf([&] { house.vouches.vouch(keyOf(1), keyOf(2), parseEvent(QByteArrayView("{}"))); }).left(3),
        QByteArray("400"));
    QCOMPARE(refusalOf([&] { house.vouch(1, 1); }), QByteArray("400 self_vouch voucheePubkey"));
    QVERIFY(!house.identities.find(keyOf(2)));
}

void TestVouches::regularKinds()
{
    VouchHouse house(QStringLiteral("sqlite"));
    quint32 vouchee = 10;
    for (const int kind : {1, 2, 4, 44, 1'000, 9'999}) {
        Event event = house.word(secretOf(1), keyOf(++vouchee));
        event.kind = kind;
        QVERIFY(
            !house.vouches.vouch(keyOf(1), keyOf(vouchee), parsed(signedBy(secretOf(1), event))).repeated);
    }
    Event other;
    for (const int kind : {0, 3, 45, 999, 10'000, 19'999, 20'000, 30'000, 65'535}) {
        other.kind = kind;
        QVERIFY2(!other.isRegular(), QByteArray::number(kind).constData());
    }
}

void TestVouches::oneOfSeveralTags()
{
    VouchHouse house(QStringLiteral("sqlite"));
    Event event = house.word(secretOf(1), keyOf(2));
    event.tags = {{"p"}, {}, {"p", keyOf(3).hex()}, {"p", keyOf(2).hex(), "wss://relay.example"}};
    QVERIFY(!house.vouches.vouch(keyOf(1), keyOf(2), parsed(signedBy(secretOf(1), event))).repeated);
}

void TestVouches::beingVouchedForIsNotBeingSeen()
{
    VouchHouse house(QStringLiteral("sqlite"));
    house.setScore(keyOf(2), 100);
    house.clock.advance(days(40));
    house.setScore(keyOf(1), 300);
    // Ten days of decay are taken first, and go on from there.
    QCOMPARE(house.vouch(1, 2).vouchee.score, 110);
    QCOMPARE(house.identity(keyOf(2)).lastSeen, start);
    house.clock.advance(days(5));
    QCOMPARE(house.identity(keyOf(2)).score, 105);
}

void TestVouches::revoked()
{
    QFETCH(QString, engine);
    VouchHouse house(engine);
    const Vouch made = house.vouch(1, 2).vouch;
    const Vouch revoked = house.vouches.revoke(made.id, QStringLiteral("a bot"), QStringLiteral("admin"));
    QCOMPARE(revoked.revokedAt, std::optional(start));
    QCOMPARE(revoked.revokedBy, QStringLiteral("admin"));
    QCOMPARE(revoked.revokeReason, QStringLiteral("a bot"));
    QCOMPARE(house.identity(keyOf(2)).score, 0);
    QCOMPARE(house.relayAccounts.getAccess(keyOf(2)), AccessLevel::Read);
    QCOMPARE(house.history(keyOf(2)).front().why, QStringLiteral("vouch-revoked"));
    QCOMPARE(house.services.activity.list({.action = QStringLiteral("vouch.revoke")}, {}).total, 1);

    // Once, whoever repeats it.
    house.setScore(keyOf(2), 50);
    house.clock.advance(seconds(5));
    QCOMPARE(house.vouches.revoke(made.id, QStringLiteral("again"), QStringLiteral("admin")).revokedAt,
             std::optional(start));
    QCOMPARE(house.identity(keyOf(2)).score, 50);
    QCOMPARE(house.vouches.countReceived(keyOf(2)), 0);

    // The pair is used up.
    QVERIFY(
        house.vouches.vouch(keyOf(1), keyOf(2), parsed(house.word(secretOf(1), keyOf(2), "again"))).repeated);
    QCOMPARE(house.identity(keyOf(2)).score, 50);
    QCOMPARE(refusalOf([&] { house.vouches.revoke(QStringLiteral("no such"), {}, QStringLiteral("admin")); }),
             QByteArray("404 vouch_not_found"));
}

void TestVouches::revokedBelowTheBoost()
{
    VouchHouse house(QStringLiteral("sqlite"));
    const Vouch made = house.vouch(1, 2).vouch;
    house.setScore(keyOf(2), 5);
    house.vouches.revoke(made.id, {}, QStringLiteral("admin"));
    QCOMPARE(house.identity(keyOf(2)).score, 0);
}

void TestVouches::replayed()
{
    QFETCH(QString, engine);
    VouchHouse house(engine);
    const EventParse event = parsed(house.word(secretOf(1), keyOf(2)));
    QVERIFY(!house.vouches.vouch(keyOf(1), keyOf(2), event).repeated);
    for (int i = 0; i < 10'000; ++i) {
        if (!house.vouches.vouch(keyOf(1), keyOf(2), event).repeated)
            QFAIL("a repeat counted");
    }
    QCOMPARE(house.identity(keyOf(2)).score, 20);
    QCOMPARE(house.history(keyOf(2)).size(), std::size_t(1));
}

/// As from four processes: each with a connection of its own.
void TestVouches::manyAtOnce()
{
    QFETCH(QString, engine);
    VouchHouse house(engine);
    const EventParse event = parsed(house.word(secretOf(1), keyOf(2)));
    std::atomic<int> counted = 0, repeated = 0, failed = 0;
    std::vector<std::thread> processes;
    for (int process = 0; process < 4; ++process) {
        processes.emplace_back([&] {
            const auto connection = house.database.another();
            TrustServices services(*connection, house.clock, house.settings, house.secrets);
            for (int i = 0; i < 25; ++i) {
                try {
                    ++(services.vouches.vouch(keyOf(1), keyOf(2), event).repeated ? repeated : counted);
                } catch (const ServiceError &error) {
                    qWarning("%s", error.what());
                    ++failed;
                }
            }
        });
    }
    for (std::thread &process : processes)
        process.join();
    QCOMPARE(failed.load(), 0);
    QCOMPARE(counted.load(), 1);
    QCOMPARE(repeated.load(), 99);
    QCOMPARE(house.identity(keyOf(2)).score, 20);
    QCOMPARE(countOf(house.history(keyOf(2)), "vouch"), std::size_t(1));
}

/// The negative control: the same without the guards, looking first and boosting after.
void TestVouches::manyAtOnceWouldShowAReadBeforeTheWrite()
{
    VouchHouse house(QStringLiteral("sqlite"));
    constexpr int count = 4;
    std::barrier allHaveLooked(count);
    std::vector<std::thread> processes;
    for (int process = 0; process < count; ++process) {
        processes.emplace_back([&] {
            const auto connection = house.database.another();
            TrustServices services(*connection, house.clock, house.settings, house.secrets);
            const bool isNew = services.vouches.countReceived(keyOf(2)) == 0;
            allHaveLooked.arrive_and_wait();
            if (!isNew)
                return;
            Transaction transaction(*connection);
            services.trust.change(transaction, keyOf(2), QStringLiteral("vouch"), {}, {},
                                  [](std::int64_t score) { return score + 20; });
            transaction.commit();
        });
    }
    for (std::thread &process : processes)
        process.join();
    QCOMPARE(house.identity(keyOf(2)).score, 20 * count);
    QCOMPARE(countOf(house.history(keyOf(2)), "vouch"), std::size_t(count));
}

/// Two who vouch for each other at the same time: no deadlock.
void TestVouches::crosswise()
{
    QFETCH(QString, engine);
    VouchHouse house(engine);
    for (quint32 i = 1; i <= 20; ++i)
        house.setScore(keyOf(i), 1'000);
    std::atomic<int> failed = 0;
    const auto run = [&](quint32 offset) {
        const auto connection = house.database.another();
        TrustServices services(*connection, house.clock, house.settings, house.secrets);
        for (quint32 i = 1; i < 20; i += 2) {
            const quint32 by = i + offset, about = i + 1 - offset;
            try {
                services.vouches.vouch(keyOf(by), keyOf(about),
                                       parsed(house.word(secretOf(by), keyOf(about))));
            } catch (const ServiceError &error) {
                qWarning("%s", error.what());
                ++failed;
            }
        }
    };
    std::thread one(run, 0), other(run, 1);
    one.join();
    other.join();
    QCOMPARE(failed.load(), 0);
    for (quint32 i = 1; i <= 20; ++i)
        QCOMPARE(house.identity(keyOf(i)).score, 1'020);
}

void TestVouches::graph()
{
    VouchHouse house(QStringLiteral("sqlite"));
    house.setScore(keyOf(3), 500);
    const Vouch first = house.vouch(1, 2).vouch;
    house.clock.advance(seconds(1));
    house.vouch(1, 4);
    house.vouch(3, 2);
    house.vouches.revoke(first.id, {}, QStringLiteral("admin"));
    house.relayAccounts.revoke(keyOf(4), {}, QStringLiteral("admin"));

    const VouchGraph one = house.vouches.of(keyOf(1));
    QVERIFY(one.received.empty());
    QCOMPARE(one.given.size(), std::size_t(2));
    QCOMPARE(one.given[0].other.pubkey, keyOf(4));
    QCOMPARE(one.given[0].other.score, 20);
    QCOMPARE(one.given[0].otherAccess, AccessLevel::None);
    QVERIFY(one.given[1].vouch.revokedAt);

    const VouchGraph two = house.vouches.of(keyOf(2));
    QVERIFY(two.given.empty());
    QCOMPARE(two.received.size(), std::size_t(2));
    QCOMPARE(two.received[0].other.pubkey, keyOf(3));
    QCOMPARE(two.received[0].other.tier, Tier::Elite);
    QCOMPARE(house.vouches.countGiven(keyOf(1)), 1);
}

QTEST_GUILESS_MAIN(TestVouches)
#include "tst_Vouches.moc"
