// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QUrl>

#include <unistd.h>

namespace tower::bench {

/// A server in a process of its own, which prints "listening on http://127.0.0.1:PORT".
class Peer : public QProcess
{
public:
    Peer(const QString &program, const QStringList &arguments,
         const QProcessEnvironment &environment = QProcessEnvironment::systemEnvironment())
    {
        setProcessEnvironment(environment);
        setStandardErrorFile(QProcess::nullDevice());
        QElapsedTimer timer;
        timer.start();
        start(program, arguments);
        while (!canReadLine() && waitForReadyRead(30'000)) {
        }
        m_startMs = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        const QByteArray line = readLine();
        m_port = static_cast<std::uint16_t>(
            QUrl(QString::fromLatin1(line.mid(line.indexOf("http"))).trimmed()).port(0));
    }
    ~Peer() override
    {
        terminate();
        if (!waitForFinished(8'000))
            kill();
        waitForFinished();
    }

    [[nodiscard]] std::uint16_t port() const { return m_port; }
    [[nodiscard]] double startMs() const { return m_startMs; }
    /// CPU time used so far, of all its threads.
    [[nodiscard]] double cpuSeconds() const
    {
        const QByteArrayList fields = proc("stat").split(')').last().split(' '); // from the state on
        return static_cast<double>(fields.value(12).toLongLong() + fields.value(13).toLongLong()) /
               static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    [[nodiscard]] double residentMb() const
    {
        return static_cast<double>(proc("statm").split(' ').value(1).toLongLong() * ::sysconf(_SC_PAGESIZE)) /
               1e6;
    }

private:
    [[nodiscard]] QByteArray proc(const char *name) const
    {
        QFile file(QStringLiteral("/proc/%1/%2").arg(processId()).arg(QLatin1String(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::uint16_t m_port = 0;
    double m_startMs = 0;
};

} // namespace tower::bench
