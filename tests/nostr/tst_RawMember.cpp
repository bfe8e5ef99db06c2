// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"

#include <QTest>

using namespace tower;

class TestRawMember : public QObject
{
    Q_OBJECT

private slots:
    void found_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("raw");
        const auto row = [](const char *name, const char *json, const char *raw) {
            QTest::newRow(name) << QByteArray(json) << QByteArray(raw);
        };
        row("alone", "{\"event\":{}}", "{}");
        row("blanks are kept inside", "{ \"event\" : { \"a\" : 1.0 } , \"b\":2}", "{ \"a\" : 1.0 }");
        row("last", "{\"a\":[{\"event\":5}],\"event\":{\"b\":\"}\"}\n}", "{\"b\":\"}\"}");
        row("nested", "{\"event\":{\"event\":{\"event\":1}}}", "{\"event\":{\"event\":1}}");
        row("duplicates inside are for the next reader", "{\"event\":{\"a\":1,\"a\":2}}",
            "{\"a\":1,\"a\":2}");
        row("escapes", "{\"event\":{\"a\":\"\\u0000\\\"{\"}}", "{\"a\":\"\\u0000\\\"{\"}");
        row("name is escaped", "{\"\\u0065vent\":{\"a\":1}}", "{\"a\":1}");
    }
    void found()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, raw);
        QCOMPARE(rawMember(json, "event"), std::optional(raw));
    }

    void notFound_data()
    {
        QTest::addColumn<QByteArray>("json");
        const QByteArrayList rows{"",
                                  "{",
                                  "[]",
                                  "null",
                                  "\"event\"",
                                  "{}",
                                  "{\"Event\":{}}",
                                  "{\"a\":{\"event\":{}}}",
                                  "{\"event\":null}",
                                  "{\"event\":\"{}\"}",
                                  "{\"event\":[{}]}",
                                  "{\"event\":{}",
                                  "{\"event\":{\"a\":",
                                  "{\"event\":{},\"event\":{}}",
                                  "{\"event\":1,\"event\":{}}",
                                  "{\"event\":{},\"\\u0065vent\":1}",
                                  "{\"\xff\":1,\"event\":{}}",
                                  "\xEF\xBB\xBF"};
        for (const QByteArray &json : rows)
            QTest::newRow(json.isEmpty() ? "empty" : json.constData()) << json;
        QTest::newRow("deep") << QByteArray(100'000, '[');
    }
    void notFound()
    {
        QFETCH(QByteArray, json);
        QCOMPARE(rawMember(json, "event"), std::nullopt);
    }
};

QTEST_GUILESS_MAIN(TestRawMember)
#include "tst_RawMember.moc"
