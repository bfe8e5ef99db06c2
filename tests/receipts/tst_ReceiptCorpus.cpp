// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/ReceiptTargets.h"

#include <QDir>
#include <QTest>

/// What the fuzzer once found, and what it starts from, through the same function with any compiler.
class TestReceiptCorpus : public QObject
{
    Q_OBJECT

private slots:
    void replay_data()
    {
        QTest::addColumn<QString>("path");
        const QDir folder(QStringLiteral(TOWER_SOURCE_DIR "/tests/fuzz/corpus/receipt"));
        const QStringList files = folder.entryList(QDir::Files);
        QVERIFY(!files.isEmpty());
        for (const QString &file : files)
            QTest::addRow("%s", qPrintable(file)) << folder.filePath(file);
    }

    void replay()
    {
        QFETCH(QString, path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        tower::fuzz::receipt(file.readAll()); // aborts when something does not hold
    }
};

QTEST_GUILESS_MAIN(TestReceiptCorpus)
#include "tst_ReceiptCorpus.moc"
