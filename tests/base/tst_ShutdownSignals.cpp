// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Process.h"
#include "core/base/ShutdownSignals.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include <csignal>
#include <cstdio>
#include <cstring>

#include <sys/resource.h>
#include <unistd.h>

using namespace tower;

class TestShutdownSignals : public QObject
{
    Q_OBJECT

private slots:
    void firstSignalReachesTheEventLoop_data();
    void firstSignalReachesTheEventLoop();
    void secondSignalEndsAtOnce();
    void handlersGoWithTheObject();
    void hardening();
};

void TestShutdownSignals::firstSignalReachesTheEventLoop_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestShutdownSignals::firstSignalReachesTheEventLoop()
{
    QFETCH(int, number);
    int heard = 0;
    const ShutdownSignals signals_([&](int n) { heard = n; });
    QCOMPARE(::raise(number), 0);
    QCOMPARE(heard, 0); // not from within the handler
    QTRY_COMPARE(heard, number);
}

void TestShutdownSignals::secondSignalEndsAtOnce()
{
    QProcess child;
    child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--hang-on-signal")});
    QVERIFY(child.waitForStarted());
    QVERIFY(child.waitForReadyRead());
    QCOMPARE(child.readLine(), QByteArray("ready\n"));
    child.terminate();
    QVERIFY(child.waitForReadyRead());
    QCOMPARE(child.readLine(), QByteArray("stopping\n"));
    child.terminate();
    QVERIFY(child.waitForFinished());
    QCOMPARE(child.exitStatus(), QProcess::NormalExit);
    QCOMPARE(child.exitCode(), 130);
}

void TestShutdownSignals::handlersGoWithTheObject()
{
    {
        const ShutdownSignals signals_([](int) {});
    }
    struct sigaction action
    {
    };
    QCOMPARE(::sigaction(SIGTERM, nullptr, &action), 0);
    QVERIFY(action.sa_handler == SIG_DFL);
}

void TestShutdownSignals::hardening()
{
    hardenProcess();
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_CORE, &limit), 0);
    QCOMPARE(limit.rlim_cur, rlim_t{0});
    QCOMPARE(limit.rlim_max, rlim_t{0});

    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    ::close(ends[0]);
    QCOMPARE(::write(ends[1], "x", 1), ssize_t{-1}); // and this process lives on
    ::close(ends[1]);
}

namespace {

void say(const char *line)
{
    std::fputs(line, stdout);
    std::fflush(stdout);
}

/// The child: hangs in its shutdown, as one does whose peer never answers.
int hangOnSignal(QCoreApplication &app)
{
    const ShutdownSignals signals_([](int) {
        say("stopping\n");
        for (;;)
            ::pause();
    });
    say("ready\n");
    return app.exec();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (argc > 1 && std::strcmp(argv[1], "--hang-on-signal") == 0)
        return hangOnSignal(app);
    TestShutdownSignals test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_ShutdownSignals.moc"
