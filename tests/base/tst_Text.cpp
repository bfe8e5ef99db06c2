// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Text.h"

#include <QTest>

using namespace tower;

class TestText : public QObject
{
    Q_OBJECT

private slots:
    void safe_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("maximum");
        QTest::addColumn<QString>("expected");
        const QString pair = QStringLiteral("😀");
        const QString high = pair.left(1), low = pair.mid(1), lost(QChar::ReplacementCharacter);
        QTest::newRow("empty") << "" << 5 << "";
        QTest::newRow("as it is") << "Grüße, 世界" << 20 << "Grüße, 世界";
        QTest::newRow("cut") << "abcdef" << 3 << "abc";
        QTest::newRow("nothing allowed") << "abc" << 0 << "";
        QTest::newRow("a pair that fits") << "ab" + pair + "c" << 4 << "ab" + pair;
        QTest::newRow("a pair at the cut") << "ab" + pair + "c" << 3 << "ab";
        QTest::newRow("a high half") << "a" + high + "b" << 5 << "a" + lost + "b";
        QTest::newRow("a low half") << low + "b" << 5 << lost + "b";
        QTest::newRow("the wrong way round") << low + high << 5 << lost + lost;
        QTest::newRow("a high half at the end") << "a" + high << 5 << "a" + lost;
        QTest::newRow("control characters")
            << QStringLiteral("a") + QChar(0) + "b\n\t\x1b" + QChar(0x7f) + QChar(0x85) << 20 << "a b     ";
    }
    void safe()
    {
        QFETCH(QString, text);
        QFETCH(int, maximum);
        QTEST(safeText(text, maximum), "expected");
        QVERIFY(safeText(text, maximum).isValidUtf16());
    }
};

QTEST_GUILESS_MAIN(TestText)
#include "tst_Text.moc"
