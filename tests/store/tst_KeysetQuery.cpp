// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/KeysetQuery.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QTest>

using namespace tower;

namespace {

KeysetQuery heavyThings()
{
    KeysetQuery query("name", "things", "id", KeysetQuery::Key::Integer);
    query.where("weight >= ?", {10});
    query.orderBy("weight", KeysetQuery::Key::Integer, false);
    return query;
}

} // namespace

class TestKeysetQuery : public QObject
{
    Q_OBJECT

private slots:
    void pagesJoinToTheList_data() { TestDatabase::engineRows(); }
    void pagesJoinToTheList()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        test->script(QStringLiteral("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, weight BIGINT)"));
        for (int i = 0; i < 25; ++i)
            test->execute("INSERT INTO things (id, name, weight) VALUES (?, ?, ?)",
                          {i, QStringLiteral("thing %1").arg(i), i / 3 + 5});
        KeysetQuery query = heavyThings();
        for (const int limit : {1, 3, 10, 11}) {
            QStringList names;
            PageRequest request{limit, {}};
            for (;;) {
                const auto page = query.run(*test, request, [](const Row &row) { return row.text("name"); });
                QVERIFY(page.items.size() <= static_cast<std::size_t>(limit));
                QCOMPARE(page.total, std::int64_t(10));
                QVERIFY(page.totalIsExact);
                for (const QString &name : page.items)
                    names << name;
                if (page.nextCursor.isEmpty())
                    break;
                request.cursor = page.nextCursor;
            }
            QCOMPARE(names.size(), 10);
            QCOMPARE(names.first(), QStringLiteral("thing 15"));
            QCOMPARE(names.last(), QStringLiteral("thing 24"));
        }
    }

    void everyLimitIsOneStatement_data() { TestDatabase::engineRows(); }
    void everyLimitIsOneStatement()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        test->script(QStringLiteral("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, weight BIGINT)"));
        const std::size_t before = test->keptStatements();
        for (int limit = 1; limit <= PageRequest::maximumLimit; ++limit)
            heavyThings().run(*test, {limit, {}}, [](const Row &row) { return row.text("name"); });
        QCOMPARE(test->keptStatements() - before, std::size_t(2)); // the page and the count
    }

    void oddLimitsAreRefused()
    {
        Binds binds;
        for (const int limit : {-1, 0, PageRequest::maximumLimit + 1})
            QCOMPARE(errorCodeOf([&] {
                         (void)heavyThings().pageSql({limit, {}}, binds);
                     }),
                     QByteArray("invalid_request"));
    }
};

QTEST_GUILESS_MAIN(TestKeysetQuery)
#include "tst_KeysetQuery.moc"
