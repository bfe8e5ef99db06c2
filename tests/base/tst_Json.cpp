// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <limits>

using namespace tower;

class TestJson : public QObject
{
    Q_OBJECT

private slots:
    void numbers_data()
    {
        // RFC 8785, appendix B
        QTest::addColumn<quint64>("bits");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("zero") << quint64(0) << QByteArray("0");
        QTest::newRow("minus zero") << quint64(0x8000000000000000) << QByteArray("0");
        QTest::newRow("minimum") << quint64(1) << QByteArray("5e-324");
        QTest::newRow("negative minimum") << quint64(0x8000000000000001) << QByteArray("-5e-324");
        QTest::newRow("maximum") << quint64(0x7fefffffffffffff) << QByteArray("1.7976931348623157e+308");
        QTest::newRow("negative maximum")
            << quint64(0xffefffffffffffff) << QByteArray("-1.7976931348623157e+308");
        QTest::newRow("largest integer") << quint64(0x4340000000000000) << QByteArray("9007199254740992");
        QTest::newRow("negative largest integer")
            << quint64(0xc340000000000000) << QByteArray("-9007199254740992");
        QTest::newRow("2^68") << quint64(0x4430000000000000) << QByteArray("295147905179352830000");
        QTest::newRow("44b52d02c7e14af5")
            << quint64(0x44b52d02c7e14af5) << QByteArray("9.999999999999997e+22");
        QTest::newRow("44b52d02c7e14af6") << quint64(0x44b52d02c7e14af6) << QByteArray("1e+23");
        QTest::newRow("44b52d02c7e14af7")
            << quint64(0x44b52d02c7e14af7) << QByteArray("1.0000000000000001e+23");
        QTest::newRow("444b1ae4d6e2ef4e")
            << quint64(0x444b1ae4d6e2ef4e) << QByteArray("999999999999999700000");
        QTest::newRow("444b1ae4d6e2ef4f")
            << quint64(0x444b1ae4d6e2ef4f) << QByteArray("999999999999999900000");
        QTest::newRow("444b1ae4d6e2ef50") << quint64(0x444b1ae4d6e2ef50) << QByteArray("1e+21");
        QTest::newRow("3eb0c6f7a0b5ed8c")
            << quint64(0x3eb0c6f7a0b5ed8c) << QByteArray("9.999999999999997e-7");
        QTest::newRow("3eb0c6f7a0b5ed8d") << quint64(0x3eb0c6f7a0b5ed8d) << QByteArray("0.000001");
        QTest::newRow("41b3de4355555553") << quint64(0x41b3de4355555553) << QByteArray("333333333.3333332");
        QTest::newRow("41b3de4355555554") << quint64(0x41b3de4355555554) << QByteArray("333333333.33333325");
        QTest::newRow("41b3de4355555555") << quint64(0x41b3de4355555555) << QByteArray("333333333.3333333");
        QTest::newRow("41b3de4355555556") << quint64(0x41b3de4355555556) << QByteArray("333333333.3333334");
        QTest::newRow("41b3de4355555557") << quint64(0x41b3de4355555557) << QByteArray("333333333.33333343");
        QTest::newRow("becbf647612f3696")
            << quint64(0xbecbf647612f3696) << QByteArray("-0.0000033333333333333333");
        QTest::newRow("43143ff3c1cb0959") << quint64(0x43143ff3c1cb0959) << QByteArray("1424953923781206.2");
    }
    void numbers()
    {
        QFETCH(quint64, bits);
        QFETCH(QByteArray, expected);
        QCOMPARE(ecmaScriptNumber(std::bit_cast<double>(bits)), expected);
    }

    void everyNumberReadsBackAsItself()
    {
        QVERIFY(rc::check("round trip", [](std::uint64_t bits) {
            const double value = std::bit_cast<double>(bits);
            RC_PRE(std::isfinite(value));
            bool ok = false;
            RC_ASSERT(ecmaScriptNumber(value).toDouble(&ok) == value);
            RC_ASSERT(ok);
        }));
    }

    void numbersWithoutAForm()
    {
        QVERIFY_EXCEPTION_THROWN(ecmaScriptNumber(std::numeric_limits<double>::infinity()), ServiceError);
        QVERIFY_EXCEPTION_THROWN(ecmaScriptNumber(std::numeric_limits<double>::quiet_NaN()), ServiceError);
    }

    void exampleOfTheRfc()
    {
        // RFC 8785, section 3.2.2 and 3.2.4
        const QByteArray input = R"({
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        })";
        const QByteArray expected = "{\"literals\":[null,true,false],"
                                    "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                                    "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        const QJsonDocument document = QJsonDocument::fromJson(input);
        QVERIFY(document.isObject());
        QCOMPARE(canonicalJson(document.object()), expected);
    }

    void keysSortByCodeUnits()
    {
        // RFC 8785, section 3.2.3: the emoji (a surrogate pair) sorts before U+FB33.
        const QJsonObject object{{QStringLiteral("\u20ac"), 1},     {QStringLiteral("\r"), 2},
                                 {QStringLiteral("\ufb33"), 3},     {QStringLiteral("1"), 4},
                                 {QStringLiteral("\U0001f600"), 5}, {QStringLiteral("\u0080"), 6},
                                 {QStringLiteral("\u00f6"), 7}};
        QCOMPARE(canonicalJson(object),
                 QByteArray("{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,"
                            "\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}"));
    }

    void integersAreWrittenInFull()
    {
        QCOMPARE(canonicalJson(QJsonArray{qint64(1'763'630'000'123), -1, qint64(9'007'199'254'740'991)}),
                 QByteArray("[1763630000123,-1,9007199254740991]"));
    }

    void loneSurrogatesAreRefused()
    {
        const QString lone(1, QChar(0xd800));
        QVERIFY_EXCEPTION_THROWN(canonicalJson(lone), ServiceError);
        QVERIFY_EXCEPTION_THROWN(canonicalJson(QJsonObject{{lone, 1}}), ServiceError);
    }
};

QTEST_GUILESS_MAIN(TestJson)
#include "tst_Json.moc"
