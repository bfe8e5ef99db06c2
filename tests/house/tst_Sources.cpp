// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small rules that every source keeps: a licence header, a bounded length, no marks of unfinished work. Each
// rule is also shown to fail on a bad example.
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

namespace {

constexpr int maximumLines = 450;

bool hasLicence(const QString &text)
{
    static const QRegularExpression header(
        "\\A(#![^\\n]*\\n)?(//|#|--) SPDX-FileCopyrightText: the Timmy Tower Console authors\\n"
        "(//|#|--) SPDX-License-Identifier: GPL-3.0-or-later\\n");
    return text.contains(header);
}

bool isUnfinished(const QString &text)
{
    // Written in halves, so that this file does not find itself.
    static const QRegularExpression mark("\\b(TO"
                                         "DO|FIX"
                                         "ME|XX"
                                         "X|HA"
                                         "CK)\\b");
    return text.contains(mark);
}

bool isTooLong(const QString &text)
{
    return text.count('\n') > maximumLines;
}

} // namespace

class TestSources : public QObject
{
    Q_OBJECT

private slots:
    void source_data()
    {
        QTest::addColumn<QString>("path");
        const QString top = QStringLiteral(TOWER_SOURCE_DIR "/");
        for (const char *folder : {"core", "ui", "app", "tests", "packaging", "resources"}) {
            QDirIterator it(top + folder, QDir::Files, QDirIterator::Subdirectories);
            while (it.hasNext()) {
                const QString path = it.next().mid(top.size());
                static const QRegularExpression source(
                    "(\\.(h|cpp|cmake|sh)|/CMakeLists\\.txt|/run|/install-deps|/postgres)$");
                if (path.contains(source) && !path.contains("/node_modules/"))
                    QTest::newRow(qPrintable(path)) << path;
            }
        }
    }

    void source()
    {
        QFETCH(QString, path);
        QFile file(QStringLiteral(TOWER_SOURCE_DIR "/") + path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        QVERIFY2(hasLicence(text), "the two SPDX lines are missing at the top");
        QVERIFY2(!isUnfinished(text), "a mark of unfinished work");
        if (!path.startsWith("tests/"))
            QVERIFY2(!isTooLong(text), "a file this long is asking to be split");
    }

    void findsFaults()
    {
        const QString licence = "// SPDX-FileCopyrightText: the Timmy Tower Console authors\n"
                                "// SPDX-License-Identifier: GPL-3.0-or-later\n";
        QVERIFY(hasLicence(licence));
        QVERIFY(hasLicence("#!/usr/bin/env bash\n" + QString(licence).replace("//", "#")));
        QVERIFY(!hasLicence("\n" + licence));
        QVERIFY(!hasLicence("#pragma once\n"));
        QVERIFY(isUnfinished("int a; // TO"
                             "DO: b\n"));
        QVERIFY(!isUnfinished("enum { Todo };\n"));
        QVERIFY(isTooLong(QString(maximumLines + 1, '\n')));
        QVERIFY(!isTooLong(QString(maximumLines, '\n')));
    }
};

QTEST_GUILESS_MAIN(TestSources)
#include "tst_Sources.moc"
