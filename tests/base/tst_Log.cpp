// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Log.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include <sys/stat.h>

using namespace tower;

class TestLog : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void writesOneLineAnEvent();
    void escapesValues_data();
    void escapesValues();
    void eventTextCannotForgeALine();
    void dropsDebugUnlessVerbose();
    void appendsAcrossOpenings();
    void fileIsPrivate();
    void rotates();
    void threadsDoNotTearLines();
    void takesQtMessages();

private:
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("tower.log")); }
    [[nodiscard]] QByteArray content() const
    {
        QFile file(path());
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestLog::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    QVERIFY(m_dir->isValid());
    log::setVerbose(false);
    log::toFile(path());
}

void TestLog::writesOneLineAnEvent()
{
    log::info("relay", QStringLiteral("granted"), {{"pubkey", QStringLiteral("ab12")}, {"level", "write"}});
    const QRegularExpression line(QStringLiteral(
        R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info relay: granted pubkey=ab12 level=write\n$)"));
    QVERIFY2(line.match(QString::fromUtf8(content())).hasMatch(), content().constData());
}

void TestLog::escapesValues_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<QByteArray>("written");
    QTest::newRow("plain") << "abc" << QByteArray("v=abc\n");
    QTest::newRow("empty") << "" << QByteArray("v=\"\"\n");
    QTest::newRow("blank") << "a b" << QByteArray("v=\"a b\"\n");
    QTest::newRow("quote") << "a\"b" << QByteArray("v=\"a\\\"b\"\n");
    QTest::newRow("backslash") << "a\\nb" << QByteArray("v=\"a\\\\nb\"\n");
    QTest::newRow("line feed") << "a\n2026 error forged" << QByteArray("v=\"a\\n2026 error forged\"\n");
    QTest::newRow("carriage return") << "a\rb" << QByteArray("v=\"a\\rb\"\n");
    QTest::newRow("tab") << "a\tb" << QByteArray("v=\"a\\tb\"\n");
    QTest::newRow("escape sequence") << QStringLiteral("\x1b[31m") << QByteArray("v=\"\\u001b[31m\"\n");
    QTest::newRow("zero byte") << QString(QChar(0)) << QByteArray("v=\"\\u0000\"\n");
    QTest::newRow("delete") << QString(QChar(0x7f)) << QByteArray("v=\"\\u007f\"\n");
    QTest::newRow("C1 next line") << QString(QChar(0x85)) << QByteArray("v=\"\\u0085\"\n");
    QTest::newRow("line separator") << QString(QChar(0x2028)) << QByteArray("v=\"\\u2028\"\n");
    QTest::newRow("right-to-left override") << QString(QChar(0x202e)) << QByteArray("v=\"\\u202e\"\n");
    QTest::newRow("lone surrogate") << QString(QChar(0xd800)) << QByteArray("v=\\ud800\n");
    QTest::newRow("letters") << QStringLiteral("Zürich") << QByteArray("v=Z\xc3\xbcrich\n");
    QTest::newRow("beyond the BMP") << QStringLiteral("⚡😀") << QByteArray("v=\xe2\x9a\xa1\xf0\x9f\x98\x80\n");
}

void TestLog::escapesValues()
{
    QFETCH(QString, value);
    QFETCH(QByteArray, written);
    log::warning("test", QStringLiteral("seen"), {{"v", value}});
    QCOMPARE(content().mid(content().indexOf("v=")), written);
    QCOMPARE(content().count('\n'), 1);
}

void TestLog::eventTextCannotForgeALine()
{
    log::error("qt", QStringLiteral("broken\r\n2026-11-20T00:00:00.000Z info admin: granted"));
    QCOMPARE(content().count('\n'), 1);
    QVERIFY(content().contains("broken\\r\\n2026-11-20T"));
}

void TestLog::dropsDebugUnlessVerbose()
{
    log::debug("test", QStringLiteral("hidden"));
    QCOMPARE(content(), QByteArray());
    log::setVerbose(true);
    log::debug("test", QStringLiteral("visible"));
    QVERIFY(content().contains(" debug test: visible\n"));
}

void TestLog::appendsAcrossOpenings()
{
    log::info("test", QStringLiteral("first"));
    log::toFile(path());
    log::info("test", QStringLiteral("second"));
    QCOMPARE(content().count('\n'), 2);
}

void TestLog::fileIsPrivate()
{
    struct stat status
    {
    };
    QCOMPARE(::stat(QFile::encodeName(path()).constData(), &status), 0);
    QCOMPARE(status.st_mode & 0777, 0600u);

    QCOMPARE(::chmod(QFile::encodeName(path()).constData(), 0644), 0);
    log::toFile(path());
    QCOMPARE(::stat(QFile::encodeName(path()).constData(), &status), 0);
    QCOMPARE(status.st_mode & 0777, 0600u);
}

void TestLog::rotates()
{
    const QString big(1024 * 1024 - 100, u'x');
    for (int i = 0; i < 10; ++i)
        log::info("test", big);
    const QString old = path() + QStringLiteral(".1");
    QVERIFY(!QFile::exists(old));
    log::info("test", big, {{"last", "1"}});
    QVERIFY(QFile::exists(old));
    QVERIFY(QFile(old).size() <= 10 * 1024 * 1024);
    QCOMPARE(content().count('\n'), 1);
    QVERIFY(content().endsWith("last=1\n"));
    struct stat status
    {
    };
    QCOMPARE(::stat(QFile::encodeName(path()).constData(), &status), 0);
    QCOMPARE(status.st_mode & 0777, 0600u);

    for (int i = 0; i < 10; ++i)
        log::info("test", big);
    QCOMPARE(QDir(m_dir->path()).entryList(QDir::Files).size(), 2);
}

void TestLog::threadsDoNotTearLines()
{
    constexpr int threads = 4;
    constexpr int lines = 500;
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([] {
            for (int i = 0; i < lines; ++i)
                log::info("test", QStringLiteral("said"), {{"n", QString::number(i)}, {"end", "yes"}});
        });
    for (std::thread &thread : running)
        thread.join();
    const QList<QByteArray> written = content().trimmed().split('\n');
    QCOMPARE(written.size(), threads * lines);
    for (const QByteArray &line : written)
        QVERIFY2(line.contains(" info test: said n=") && line.endsWith(" end=yes"), line.constData());
}

void TestLog::takesQtMessages()
{
    const QtMessageHandler before = qInstallMessageHandler(nullptr);
    log::installQtHandler();
    qWarning("a warning\nof two lines");
    qInfo("a note");
    qInstallMessageHandler(before);
    QVERIFY2(content().contains(" warning qt: a warning\\nof two lines\n"), content().constData());
    QVERIFY2(content().contains(" info qt: a note\n"), content().constData());
}

QTEST_GUILESS_MAIN(TestLog)
#include "tst_Log.moc"
