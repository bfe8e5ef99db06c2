// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "core/relay/ModerationStore.h"
#include "core/relay/PolicyStore.h"
#include "core/relay/RelayAccountStore.h"
#include "tests/identity/ListPlans.h"
#include "tests/relay/RelayHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

using Sort = RelayAccountFilter::Sort;

/// 24 accounts of all levels, some with an end, some revoked, with equal times; and events in the queue.
struct FullHouse : RelayHouse
{
    explicit FullHouse(const QString &engine)
        : RelayHouse(engine)
    {
        for (int n = 1; n <= 24; ++n) {
            clock.set(start + days(n / 5));
            const auto level = static_cast<AccessLevel>(n % 3);
            const std::optional<Millis> expires =
                n % 4 == 0 ? std::optional(start + days(100 + n / 8)) : std::nullopt;
            accounts.grant(keyOf(n), level, QStringLiteral("member %1 100%_").arg(n), admin, expires);
            if (n % 7 == 0)
                revoke(keyOf(n));
        }
        for (int n = 0; n < 12; ++n)
            queue.enqueue(signedEvent(1 + n % 3, 1, QByteArray::number(n)), [](bool) {});
        queue.flush();
        for (int n = 0; n < 12; ++n) {
            log.add({0,
                     start,
                     QString::number(n),
                     keyOf(1 + n % 2).text(),
                     1,
                     n % 3 == 0 ? QStringLiteral("accept") : QStringLiteral("reject"),
                     QStringLiteral("x"),
                     {},
                     1});
        }
        log.flush();
    }

    std::vector<PubKey> keys(const RelayAccountFilter &filter, int limit)
    {
        std::vector<PubKey> out;
        PageRequest request{limit, {}};
        do {
            const Page<RelayAccount> page = accounts.list(filter, request);
            for (const RelayAccount &account : page.items)
                out.push_back(account.pubkey);
            request.cursor = page.nextCursor;
        } while (!request.cursor.isEmpty() && out.size() < 1'000);
        return out;
    }
};

/// What a sort goes by; levels sort by their names.
std::tuple<std::int64_t, QString, PubKey> sortKey(const RelayAccount &account, Sort sort)
{
    constexpr std::int64_t never = 9'007'199'254'740'991;
    switch (sort) {
    case Sort::GrantedAt:
        return {account.grantedAt.value(), {}, account.pubkey};
    case Sort::Level:
        return {0, toText(account.level), account.pubkey};
    case Sort::ExpiresAt:
        return {account.expiresAt ? account.expiresAt->value() : never, {}, account.pubkey};
    case Sort::Key:
        return {0, {}, account.pubkey};
    }
    return {};
}

} // namespace

Q_DECLARE_METATYPE(tower::RelayAccountFilter)

/// Lists of accounts, queue and decisions: complete, in order, and never by reading a whole table.
class TestRelayLists : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void accounts_data()
    {
        QTest::addColumn<RelayAccountFilter>("filter");
        for (const Sort sort : {Sort::GrantedAt, Sort::Key, Sort::Level, Sort::ExpiresAt}) {
            for (const bool descending : {true, false}) {
                for (const int level : {-1, 0, 1, 2}) {
                    RelayAccountFilter filter{
                        .level = {}, .query = {}, .sort = sort, .descending = descending};
                    if (level >= 0)
                        filter.level = static_cast<AccessLevel>(level);
                    QTest::addRow("sort %d, %s, level %d", int(sort), descending ? "down" : "up", level)
                        << filter;
                }
            }
        }
    }
    void accounts()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(RelayAccountFilter, filter);
        FullHouse house(engine);
        std::vector<RelayAccount> all = house.accounts.list({}, {100, {}}).items;
        QCOMPARE(all.size(), std::size_t(24));
        std::erase_if(all, [&](const RelayAccount &a) { return filter.level && a.level != *filter.level; });
        std::sort(all.begin(), all.end(), [&](const RelayAccount &a, const RelayAccount &b) {
            const auto left = sortKey(a, filter.sort), right = sortKey(b, filter.sort);
            return filter.descending ? right < left : left < right;
        });
        std::vector<PubKey> expected;
        for (const RelayAccount &account : all)
            expected.push_back(account.pubkey);
        QVERIFY(expected.size() > 5);
        QCOMPARE(house.keys(filter, 4), expected);
        QCOMPARE(house.accounts.list(filter, {4, {}}).total, static_cast<std::int64_t>(expected.size()));
        if (engine != u"sqlite")
            return; // the plan of a small table says nothing there
        const auto check = [&](const RelayAccountFilter &which) {
            const QString cursor = house.accounts.list(which, {2, {}}).nextCursor;
            QVERIFY(!cursor.isEmpty());
            const QStringList wasteful =
                wastefulPlans(*house.database, RelayAccountStore::listQuery(which), cursor);
            QVERIFY2(wasteful.isEmpty(), qPrintable(wasteful.join(u'\n')));
        };
        check(filter);
        filter.query = QStringLiteral("npub1");
        check(filter);
    }

    void searching_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("found");
        QTest::newRow("whole hex key") << keyOf(5).text() << 1;
        QTest::newRow("whole npub") << QString::fromLatin1(toNpub(keyOf(5))) << 1;
        QTest::newRow("npub in capitals") << QString::fromLatin1(toNpub(keyOf(5))).toUpper() << 1;
        QTest::newRow("beginning of a key") << keyOf(5).text().left(10) << 1;
        // A revocation's reason took the place of three notes.
        QTest::newRow("a word") << "member" << 21;
        QTest::newRow("a word in capitals") << "MEMBER" << 21;
        QTest::newRow("several words") << "member 1 " << 1;
        QTest::newRow("wildcards are letters") << "%_" << 21;
        QTest::newRow("wildcards match nothing else") << "m%r" << 0;
        QTest::newRow("underscore") << "m_mber" << 0;
        QTest::newRow("backslash") << "\\" << 0;
        QTest::newRow("quote") << "' OR 1=1 --" << 0;
    }
    void searching()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, query);
        FullHouse house(engine);
        RelayAccountFilter filter;
        filter.query = query;
        QTEST(static_cast<int>(house.accounts.list(filter, {}).total), "found");
    }

    void plansOfTheQueue_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("author");
        for (int status = -1; status < 5; ++status)
            for (const bool author : {false, true})
                QTest::addRow("status %d%s", status, author ? ", author" : "") << status << author;
    }
    void plansOfTheQueue()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, status);
        QFETCH(bool, author);
        if (engine != u"sqlite")
            return;
        FullHouse house(engine);
        QueueFilter filter;
        if (status >= 0)
            filter.status = static_cast<QueueStatus>(status);
        if (author)
            filter.author = keyOf(1);
        const QString cursor = house.queue.list({}, {2, {}}).nextCursor;
        const QStringList wasteful =
            wastefulPlans(*house.database, ModerationStore::listQuery(filter), cursor);
        QVERIFY2(wasteful.isEmpty(), qPrintable(wasteful.join(u'\n')));
    }

    void plansOfTheDecisions()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        FullHouse house(engine);
        const QString cursor = house.log.list({}, {2, {}}).nextCursor;
        for (const QString &action : {QString(), QStringLiteral("accept")}) {
            for (const QString &key : {QString(), keyOf(1).text()}) {
                if (action.isEmpty() && key.isEmpty())
                    continue; // the table itself, walked in the order of its ids
                const QStringList wasteful =
                    wastefulPlans(*house.database, PolicyLogStore::listQuery({action, key}), cursor);
                QVERIFY2(wasteful.isEmpty(), qPrintable(wasteful.join(u'\n')));
            }
        }
    }

    void planCheckCanFail()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        FullHouse house(engine);
        RelayAccountFilter words;
        words.query = QStringLiteral("member"); // free text reads every row, and runs off the core thread
        words.sort = Sort::ExpiresAt;
        KeysetQuery byNotes("notes", "relay_accounts", "pubkey");
        byNotes.orderBy("notes", KeysetQuery::Key::Text, true);
        const QString cursor = Cursor{QStringLiteral("a"), QStringLiteral("b")}.encode();
        QVERIFY(!wastefulPlans(*house.database, byNotes, cursor).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestRelayLists)
#include "tst_RelayLists.moc"
