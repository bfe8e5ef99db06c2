// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QJsonArray>
#include <QTest>

using namespace tower;

namespace {

const QByteArray accounts = "/api/admin/relay/accounts";

QStringList column(const QJsonArray &items, const char *name)
{
    QStringList out;
    for (const QJsonValue &item : items)
        out << item.toObject().value(QLatin1String(name)).toVariant().toString();
    return out;
}

/// JSON written with single quotes, for reading's sake.
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"');
}

QByteArray encoded(const QByteArray &text)
{
    return text.toPercentEncoding();
}

} // namespace

/// GET /api/admin/relay/accounts: pages, orders, filters, and what it refuses.
class TestAccountLists : public QObject
{
    Q_OBJECT

private slots:
    void pagesWhileRowsAreAdded_data() { TestDatabase::engineRows(); }
    void pagesWhileRowsAreAdded()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        QSet<QString> wanted;
        for (quint32 i = 1; i <= 120; ++i) {
            api.relayAccounts.grant(testPubKey(i), AccessLevel::Read, {}, QStringLiteral("test"));
            wanted.insert(testPubKey(i).text());
            if (i % 3 == 0) // several share their time: the key breaks the tie
                api.clock.advance(seconds(1));
        }
        for (const char *sort :
             {"grantedAt", "-grantedAt", "pubkey", "-pubkey", "level", "-level", "expiresAt", "-expiresAt"}) {
            QStringList seen;
            QByteArray cursor;
            quint32 added = 1'000;
            do {
                const Answer page = api.get(accounts + "?limit=50&sort=" + sort + "&cursor=" + cursor);
                QCOMPARE(page.status, 200);
                seen << column(page.items(), "pubkey");
                cursor = page.text("nextCursor").toLatin1();
                if (!cursor.isEmpty())
                    QCOMPARE(page.items().size(), 50);
                QVERIFY(page.json().value("total").toInt() >= 120);
                api.relayAccounts.grant(testPubKey(added++), AccessLevel::Read, {}, QStringLiteral("test"));
            } while (!cursor.isEmpty() && added < 1'010);
            const QSet<QString> distinct(seen.begin(), seen.end());
            QVERIFY2(distinct.size() == seen.size(), sort);
            QVERIFY2(distinct.contains(wanted), sort);
            for (quint32 i = 1'000; i < added; ++i)
                api.database->execute("DELETE FROM relay_accounts WHERE pubkey = ?", {testPubKey(i)});
        }
    }

    void sortOrders_data() { TestDatabase::engineRows(); }
    void sortOrders()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const AccessLevel levels[] = {AccessLevel::Write, AccessLevel::None, AccessLevel::Read};
        for (quint32 i = 1; i <= 9; ++i) {
            const auto end = i % 2 ? std::optional(api.clock.now() + days(20 - i)) : std::nullopt;
            api.relayAccounts.grant(testPubKey(i * 7 % 11 + 1), levels[i % 3], {}, QStringLiteral("test"),
                                    end);
            api.clock.advance(seconds(1));
        }
        for (const char *field : {"grantedAt", "pubkey", "level", "expiresAt"}) {
            QStringList up = column(api.get(accounts + "?sort=" + field).items(), field);
            QStringList sorted = up;
            // Those without an end come after all that have one.
            std::stable_sort(sorted.begin(), sorted.end(), [](const QString &a, const QString &b) {
                return std::pair(a.isEmpty(), a) < std::pair(b.isEmpty(), b);
            });
            QCOMPARE(up, sorted);
            QStringList down = column(api.get(accounts + "?sort=-" + field).items(), field);
            std::reverse(down.begin(), down.end());
            QCOMPARE(down, up);
        }
        QCOMPARE(api.get(accounts).items(), api.get(accounts + "?sort=-grantedAt").items());
        QCOMPARE(column(api.get(accounts + "?level=read").items(), "level"),
                 QStringList(3, QStringLiteral("read")));
        QCOMPARE(api.get(accounts + "?level=none").items().size(), 3);
    }

    void search_data() { TestDatabase::engineRows(); }
    void search()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        for (quint32 i = 1; i <= 20; ++i) {
            api.relayAccounts.grant(testPubKey(i), AccessLevel::Read,
                                    i % 2 ? QStringLiteral("from the Café, 100%_sure")
                                          : QStringLiteral("Newsletter"),
                                    QStringLiteral("test"));
        }
        const PubKey one = testPubKey(7);
        const auto found = [&](const QByteArray &query) {
            return api.get(accounts + "?q=" + encoded(query)).items();
        };
        for (const QByteArray &query :
             {one.hex(), one.hex().left(12), one.hex().left(12).toUpper(), toNpub(one), toNpub(one).left(20)})
            QCOMPARE(column(found(query), "pubkey"), QStringList{one.text()});
        QCOMPARE(found("newsletter").size(), 10);
        QCOMPARE(found("the caf").size(), 10);
        QCOMPARE(found("%_sure").size(), 10);
        QCOMPARE(found("1%sure").size(), 0);
        QCOMPARE(found("' OR 1=1 --").size(), 0);
        QCOMPARE(found("nothing like it").size(), 0);
        QCOMPARE(api.get(accounts + "?q=newsletter&limit=4").items().size(), 4);
        const Answer first = api.get(accounts + "?q=newsletter&limit=6");
        QCOMPARE(api.get(accounts + "?q=newsletter&limit=6&cursor=" + first.text("nextCursor").toLatin1())
                     .items()
                     .size(),
                 4);
    }

    void badQueries_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("field");
        const auto row = [](const QByteArray &query, const char *field) {
            QTest::newRow(query.left(40)) << query << QByteArray(field);
        };
        for (const char *limit : {"0", "501", "abc", "-1", "1.5", "", "99999999999999999999", "0x10"})
            row(QByteArray("limit=") + limit, "limit");
        for (const QByteArray &cursor :
             {QByteArray("x"), QByteArray("!!!!"), QByteArray("W10"), QByteArray("e30"),
              QByteArray(3'000, 'A'), QByteArray("%00"), json("['a']").toBase64(),
              json("['a','b']").toBase64(), json("[1,'b']").toBase64(),
              QByteArray("[\"9e99\",\"b\"]").toBase64()})
            row("cursor=" + encoded(cursor), "cursor");
        row("level=all", "level");
        row("sort=score", "sort");
        row("sort=--pubkey", "sort");
        row("q=" + QByteArray(201, 'a'), "q");
        row("q=%00", "q");
        row("q=a%00b", "q");
    }
    void badQueries()
    {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, field);
        // The pickier engine, where there is one: PostgreSQL takes no NUL and no text for a number.
        ApiFixture api(TestDatabase::engines().last());
        const Answer answer = api.get(accounts + '?' + query);
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.text("field").toLatin1(), field);
    }

    /// A cursor is a place in an order: one of another list is refused, or is a place like any other.
    void cursorsOfOtherLists_data() { TestDatabase::engineRows(); }
    void cursorsOfOtherLists()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        for (quint32 i = 1; i <= 4; ++i)
            api.relayAccounts.grant(testPubKey(i), AccessLevel::Read, {}, QStringLiteral("test"));
        const QByteArray byKey = api.get(accounts + "?limit=1&sort=pubkey").text("nextCursor").toLatin1();
        const QByteArray byTime = api.get(accounts + "?limit=1").text("nextCursor").toLatin1();
        const QByteArray ofActivity = api.get("/api/admin/activity?limit=1").text("nextCursor").toLatin1();
        QVERIFY(!byKey.isEmpty() && !byTime.isEmpty() && !ofActivity.isEmpty());
        QCOMPARE(api.get(accounts + "?cursor=" + byKey).brief(), QByteArray("400 invalid_cursor cursor"));
        QCOMPARE(api.get("/api/admin/activity?cursor=" + byKey).brief(),
                 QByteArray("400 invalid_cursor cursor"));
        QCOMPARE(api.get("/api/admin/ledger?cursor=" + byTime).brief(),
                 QByteArray("400 invalid_cursor cursor"));
        for (const QByteArray &cursor : {byKey, byTime, ofActivity}) {
            for (const char *list :
                 {"/api/admin/relay/accounts", "/api/admin/relay/queue", "/api/admin/relay/decisions",
                  "/api/admin/identities", "/api/admin/activity", "/api/admin/ledger"}) {
                const int status = api.get(QByteArray(list) + "?cursor=" + cursor).status;
                QVERIFY2(status == 200 || status == 400, list);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestAccountLists)
#include "tst_AccountLists.moc"
