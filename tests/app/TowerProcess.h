// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/app/HttpClient.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QMap>
#include <QProcess>

#include <csignal>

namespace tower::test {

using Variables = QMap<QString, QString>;

inline const QByteArray adminToken = "admin-token-for-tests-0123456789abcdef";
inline const QByteArray policySecret = "policy-secret-for-tests-0123456789abcdef";

/// Every secret, each with a value that is found again when it leaks.
inline Variables allSecrets()
{
    return {{"TIMMY_NOSTR_NSEC", QString(62, u'5') + "a1"},
            {"TIMMY_TOKEN_SECRET", "token-secret-for-tests-0123456789abcdef"},
            {"ADMIN_TOKEN", QString::fromLatin1(adminToken)},
            {"RELAY_POLICY_SECRET", QString::fromLatin1(policySecret)},
            {"LNBITS_API_KEY", "lnbits-key-for-tests-0123456789"},
            {"ANTHROPIC_API_KEY", "anthropic-key-for-tests-0123456789"},
            {"DO_API_TOKEN", "do-token-for-tests-0123456789"},
            {"TAILSCALE_API_KEY", "tailscale-key-for-tests-0123456789"},
            {"TOWER_DATA_KEY", QString(62, u'd') + "0e"}};
}

/// The environment that a program starts with: the variables, and of ours only what it can't do without.
inline QProcessEnvironment environmentWith(const Variables &variables)
{
    QProcessEnvironment out;
    const QProcessEnvironment ours = QProcessEnvironment::systemEnvironment();
    for (const char *name : {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS",
                             "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
        if (ours.contains(QLatin1String(name)))
            out.insert(QLatin1String(name), ours.value(QLatin1String(name)));
    }
    out.insert("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"); // no keychain here
    out.insert("ANTHROPIC_BASE_URL", "http://127.0.0.1:9");           // and no AI
    for (auto it = variables.begin(); it != variables.end(); ++it)
        out.insert(it.key(), it.value());
    return out;
}

inline QString towerProgram(const char *name)
{
    return QStringLiteral(TOWER_BIN_DIR "/") + QLatin1String(name);
}

/// A real towerd on a free port. What it says on stderr goes to `<dataDir>.stderr`.
class Towerd : public QProcess
{
public:
    explicit Towerd(const QString &dataDir, const QStringList &more = {},
                    const Variables &variables = allSecrets())
        : m_dataDir(dataDir)
    {
        setProgram(towerProgram("towerd"));
        QStringList arguments{"--data-dir", dataDir};
        if (!more.contains("--listen"))
            arguments += {"--listen", "127.0.0.1:0"};
        setArguments(arguments + more);
        setProcessEnvironment(environmentWith(variables));
        setStandardErrorFile(m_dataDir + ".stderr", QIODevice::Append);
    }
    ~Towerd() override
    {
        if (state() == NotRunning)
            return;
        kill();
        waitForFinished(10'000);
    }

    /// Starts and waits for the line that says it serves; false when it ended instead.
    bool serve(int timeoutMs = 20'000)
    {
        start();
        return awaitServing(timeoutMs);
    }
    /// The second half of serve(), for several programs that start at once.
    bool awaitServing(int timeoutMs = 20'000)
    {
        QElapsedTimer timer;
        timer.start();
        while (!canReadLine() && timer.elapsed() < timeoutMs) {
            if (!waitForReadyRead(200) && state() == NotRunning)
                break;
        }
        const QByteArray line = readLine();
        m_output += line;
        static const QByteArray prefix = "listening on ";
        if (line.startsWith(prefix))
            m_url = QString::fromLatin1(line.mid(prefix.size()).trimmed());
        return !m_url.isEmpty();
    }
    /// SIGTERM; true when it ended with 0 in time.
    bool stop(int timeoutMs = 6'000)
    {
        terminate();
        return waitForFinished(timeoutMs) && exitStatus() == NormalExit && exitCode() == 0;
    }
    /// SIGKILL, as a power cut would.
    void killNine()
    {
        ::kill(static_cast<pid_t>(processId()), SIGKILL);
        waitForFinished(10'000);
    }
    /// Runs a start that is expected to fail; returns the exit status, -1 when it serves after all.
    int refuse()
    {
        if (serve())
            return -1;
        waitForFinished(20'000);
        return exitStatus() == NormalExit ? exitCode() : -2;
    }

    [[nodiscard]] QString url() const { return m_url; }
    [[nodiscard]] QByteArray output() { return m_output += readAllStandardOutput(); }
    [[nodiscard]] QByteArray errors() const
    {
        QFile file(m_dataDir + ".stderr");
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] QString file(const char *name) const
    {
        return QDir(m_dataDir).filePath(QLatin1String(name));
    }

private:
    QString m_dataDir;
    QString m_url;
    QByteArray m_output;
};

} // namespace tower::test
