// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/identity/IdentityStore.h"
#include "core/nostr/Nip19.h"
#include "tests/identity/IdentityHouse.h"
#include "tests/identity/ListPlans.h"
#include "tests/support/Expect.h"

#include <QTest>

#include <algorithm>

using namespace tower;
using namespace tower::test;

namespace {

using Sort = IdentityFilter::Sort;

/// All keys of a list, read page by page.
std::vector<PubKey> keysOf(Identities &identities, const IdentityFilter &filter, int limit)
{
    std::vector<PubKey> out;
    PageRequest request{limit, {}};
    do {
        const Page<Identity> page = identities.list(filter, request);
        for (const Identity &identity : page.items)
            out.push_back(identity.pubkey);
        request.cursor = page.nextCursor;
    } while (!request.cursor.isEmpty() && out.size() < 1'000);
    return out;
}

/// What a sort goes by.
std::pair<std::int64_t, PubKey> sortKey(const Identity &identity, Sort sort)
{
    switch (sort) {
    case Sort::Score:
        return {identity.storedScore, identity.pubkey};
    case Sort::LastSeen:
        return {identity.lastSeen.value(), identity.pubkey};
    case Sort::Created:
        return {identity.createdAt.value(), identity.pubkey};
    case Sort::Key:
        return {0, identity.pubkey};
    }
    return {};
}

/// 30 identities with many equal scores and times, so that ties are the rule.
void populate(IdentityHouse &house)
{
    for (int i = 0; i < 30; ++i) {
        house.clock.set(start + days(i / 7));
        house.setScore(numbered(i, static_cast<std::uint8_t>(i * 37)), (i % 5) * 50);
    }
    for (int i = 0; i < 30; i += 4) {
        house.clock.set(start + days(10 + i % 3));
        house.inTransaction([&](Transaction &transaction) {
            return house.identities.markSeen(transaction, numbered(i, static_cast<std::uint8_t>(i * 37)));
        });
    }
}

} // namespace

Q_DECLARE_METATYPE(tower::IdentityFilter)

class TestIdentityLists : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void sortsAndPages_data()
    {
        QTest::addColumn<IdentityFilter>("filter");
        for (const Sort sort : {Sort::Score, Sort::LastSeen, Sort::Created, Sort::Key}) {
            for (const bool descending : {true, false}) {
                for (const bool elite : {true, false}) {
                    IdentityFilter filter{
                        .tier = {}, .keyPrefix = {}, .sort = sort, .descending = descending};
                    if (elite)
                        filter.tier = Tier::Elite;
                    QTest::addRow("sort %d, %s, %s", int(sort), descending ? "down" : "up",
                                  elite ? "elite" : "all")
                        << filter;
                }
            }
        }
    }
    void sortsAndPages()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(IdentityFilter, filter);
        IdentityHouse house(engine);
        populate(house);
        std::vector<Identity> all = house.identities.list({}, {100, {}}).items;
        QCOMPARE(all.size(), std::size_t(30));
        std::erase_if(all, [&](const Identity &i) { return filter.tier && i.tier != *filter.tier; });
        std::sort(all.begin(), all.end(), [&](const Identity &a, const Identity &b) {
            const auto left = sortKey(a, filter.sort), right = sortKey(b, filter.sort);
            return filter.descending ? right < left : left < right;
        });
        std::vector<PubKey> expected;
        for (const Identity &identity : all)
            expected.push_back(identity.pubkey);
        QVERIFY(!expected.empty());
        QCOMPARE(keysOf(house.identities, filter, 4), expected);
        const Page<Identity> page = house.identities.list(filter, {4, {}});
        QCOMPARE(page.total, static_cast<std::int64_t>(expected.size()));
        QVERIFY(page.totalIsExact);
    }

    void keyPrefixes_data()
    {
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<int>("found");
        const QString npub = QString::fromLatin1(toNpub(numbered(1, 0xab)));
        QTest::newRow("two digits") << "ab" << 3;
        QTest::newRow("upper case") << "AB" << 3;
        QTest::newRow("one digit") << "a" << 4;
        QTest::newRow("odd number of digits") << "ab0" << 3;
        QTest::newRow("whole key") << numbered(1, 0xab).text() << 1;
        QTest::newRow("whole npub") << npub << 1;
        // Five characters after npub1 hold 25 bits: the first six hex digits, ab0000.
        QTest::newRow("beginning of an npub") << npub.left(10) << 3;
        QTest::newRow("npub1 alone") << "npub1" << 5;
        QTest::newRow("nobody") << "ffff" << 0;
    }
    void keyPrefixes()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, prefix);
        IdentityHouse house(engine);
        for (const PubKey &key :
             {numbered(1, 0xab), numbered(2, 0xab), numbered(3, 0xab), numbered(4, 0xac), numbered(5, 0x01)})
            house.setScore(key, 1);
        IdentityFilter filter;
        filter.keyPrefix = prefix;
        QTEST(static_cast<int>(house.identities.list(filter, {}).total), "found");
        filter.tier = Tier::Elite;
        QCOMPARE(house.identities.list(filter, {}).total, 0);
    }

    void wrongRequests()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        const auto code = [&](const IdentityFilter &filter, const PageRequest &page) {
            return errorCodeOf([&] { house.identities.list(filter, page); });
        };
        IdentityFilter words;
        words.keyPrefix = QStringLiteral("hello");
        QCOMPARE(code(words, {}), QByteArray("invalid_request"));
        words.keyPrefix = QStringLiteral("npub1b"); // b is no bech32 character
        QCOMPARE(code(words, {}), QByteArray("invalid_request"));
        QCOMPARE(code({}, {0, {}}), QByteArray("invalid_request"));
        QCOMPARE(code({}, {501, {}}), QByteArray("invalid_request"));
        QVERIFY(!code({}, {10, QStringLiteral("garbage")}).isEmpty());
        IdentityFilter byKey;
        byKey.sort = Sort::Key;
        populate(house);
        const QString keyCursor = house.identities.list(byKey, {3, {}}).nextCursor;
        QCOMPARE(code({}, {3, keyCursor}), QByteArray("invalid_cursor")); // of another list
    }

    void plansWalkAnIndex_data() { sortsAndPages_data(); }
    void plansWalkAnIndex()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return; // the plan of a small table says nothing there
        QFETCH(IdentityFilter, filter);
        IdentityHouse house(engine);
        populate(house);
        const auto check = [&](const IdentityFilter &which) {
            const QString cursor = house.identities.list(which, {2, {}}).nextCursor;
            QVERIFY(!cursor.isEmpty());
            const QStringList wasteful =
                wastefulPlans(*house.database, IdentityStore::listQuery(which), cursor);
            QVERIFY2(wasteful.isEmpty(), qPrintable(wasteful.join(u'\n')));
        };
        check(filter);
        filter.keyPrefix = QStringLiteral("npub1");
        check(filter);
    }

    void planCheckCanFail()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        IdentityHouse house(engine);
        populate(house);
        KeysetQuery byNote("note", "nostr_identities", "pubkey");
        byNote.orderBy("note", KeysetQuery::Key::Text, true);
        QCOMPARE(
            wastefulPlans(*house.database, byNote, Cursor{QStringLiteral("a"), QStringLiteral("b")}.encode())
                .size(),
            2);
    }
};

QTEST_GUILESS_MAIN(TestIdentityLists)
#include "tst_IdentityLists.moc"
