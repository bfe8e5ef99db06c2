// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/NostrTargets.h"

#include <QDir>
#include <QTest>

using namespace tower;

using Target = void (*)(QByteArrayView);
Q_DECLARE_METATYPE(Target)

/// What the fuzzers once found, and what they start from, through the same functions with any compiler.
class TestCorpus : public QObject
{
    Q_OBJECT

private slots:
    void replay_data();
    void replay();
};

void TestCorpus::replay_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<Target>("target");
    const std::pair<const char *, Target> targets[] = {{"event", fuzz::event},
                                                       {"message", fuzz::message},
                                                       {"policy_line", fuzz::policyLine},
                                                       {"nip19", fuzz::nip19},
                                                       {"nip98", fuzz::nip98}};
    for (const auto &[name, target] : targets) {
        const QDir folder(QStringLiteral(TOWER_SOURCE_DIR "/tests/fuzz/corpus/") + QLatin1String(name));
        const QStringList files = folder.entryList(QDir::Files);
        QVERIFY2(!files.isEmpty(), name);
        for (const QString &file : files)
            QTest::addRow("%s/%s", name, qPrintable(file)) << folder.filePath(file) << target;
    }
}

void TestCorpus::replay()
{
    QFETCH(QString, path);
    QFETCH(Target, target);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    target(file.readAll()); // aborts when something does not hold
}

QTEST_GUILESS_MAIN(TestCorpus)
#include "tst_Corpus.moc"
