// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Settings.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;

class TestConfigFile : public QObject
{
    Q_OBJECT

private slots:
    void reads();
    void refuses_data();
    void refuses();
    void unreadableFiles();

private:
    QString write(const QByteArray &content)
    {
        const QString path = m_dir.filePath(QStringLiteral("tower.ini"));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(content) != content.size())
            qFatal("the test's own file can't be written");
        return path;
    }

    QTemporaryDir m_dir;
};

void TestConfigFile::reads()
{
    const auto values = Settings::readConfigFile(write("\xef\xbb\xbf# a comment\r\n"
                                                       "; another\n"
                                                       "[pool]\n"
                                                       "EVAL_FEE_SATS = 25\r\n"
                                                       "\n"
                                                       "RELAY_OPEN_KINDS=1059, 9735\n"
                                                       "  DO_REGION=\"fra1\"  \n"
                                                       "WORK_MODEL=a=b\\n#c;d\n"
                                                       "LNBITS_URL="));
    const Settings::Values expected{{"EVAL_FEE_SATS", "25"},
                                    {"RELAY_OPEN_KINDS", "1059, 9735"},
                                    {"DO_REGION", "fra1"},
                                    {"WORK_MODEL", "a=b\\n#c;d"},
                                    {"LNBITS_URL", ""}};
    QCOMPARE(values, expected);
}

void TestConfigFile::refuses_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("message");
    const QString syntax = QStringLiteral("line 2: expected NAME=value, a [section] or a # comment");
    QTest::newRow("no equals sign") << QByteArray("A=1\nhunter2\n") << syntax;
    QTest::newRow("no name") << QByteArray("A=1\n=hunter2\n") << syntax;
    QTest::newRow("blank in the name") << QByteArray("A=1\nexport B=hunter2\n") << syntax;
    QTest::newRow("open section") << QByteArray("A=1\n[pool\n") << syntax;
    QTest::newRow("twice") << QByteArray("A=1\n\nA=hunter2\n")
                           << QStringLiteral("line 3: A already stands on line 1");
    QTest::newRow("not UTF-8") << QByteArray("A=\xff\xfe\n")
                               << QStringLiteral("line 1: the value is not UTF-8 text");
    QTest::newRow("zero byte") << QByteArray("A=a\0b\n", 6)
                               << QStringLiteral("line 1: the value is not UTF-8 text");
}

void TestConfigFile::refuses()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, message);
    const QString path = write(content);
    try {
        Settings::readConfigFile(path);
    } catch (const ServiceError &e) {
        QCOMPARE(e.message(), QStringLiteral("%1, %2").arg(path, message));
        QVERIFY(!e.message().contains(QStringLiteral("hunter2")));
        return;
    }
    QFAIL("nothing was thrown");
}

void TestConfigFile::unreadableFiles()
{
    QVERIFY_EXCEPTION_THROWN(Settings::readConfigFile(m_dir.filePath(QStringLiteral("absent.ini"))),
                             ServiceError);
    QVERIFY_EXCEPTION_THROWN(Settings::readConfigFile(m_dir.path()), ServiceError);
    QVERIFY_EXCEPTION_THROWN(Settings::readConfigFile(write(QByteArray(1024 * 1024 + 1, '#'))), ServiceError);
}

QTEST_GUILESS_MAIN(TestConfigFile)
#include "tst_ConfigFile.moc"
