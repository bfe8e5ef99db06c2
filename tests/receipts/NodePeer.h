// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QProcess>
#include <QStandardPaths>

namespace tower::test {

/// Programs of others, in tests/peers/node.
class NodePeer
{
public:
    [[nodiscard]] static bool has(const QString &package)
    {
        return !QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty() &&
               QDir(folder() + QStringLiteral("/node_modules/") + package).exists();
    }
    [[nodiscard]] static bool isRequired()
    {
        return qEnvironmentVariable("TOWER_REQUIRE_NODE") == QLatin1String("1");
    }
    /// What the script writes, line by line; nothing when it fails.
    [[nodiscard]] static QByteArrayList lines(const QString &script, const QStringList &arguments)
    {
        QProcess process;
        process.setWorkingDirectory(folder());
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QStringLiteral("node"), QStringList{script} + arguments);
        if (!process.waitForFinished(120'000) || process.exitCode() != 0)
            return {};
        return process.readAllStandardOutput().trimmed().split('\n');
    }

private:
    static QString folder() { return QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node"); }
};

} // namespace tower::test
