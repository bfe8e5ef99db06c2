// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/SingleWindow.h"

#include "core/base/Log.h"

#include <QDir>
#include <QLocalSocket>

namespace tower {

namespace {

constexpr int answerMs = 1'000;

QString socketPath(const QString &dataDir)
{
    return QDir(dataDir).filePath(QStringLiteral("console.sock"));
}

} // namespace

SingleWindow::SingleWindow(const QString &dataDir, QObject *parent)
    : QObject(parent)
    , m_path(socketPath(dataDir))
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *socket = m_server.nextPendingConnection()) {
            connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
            emit raiseAsked();
            socket->disconnectFromServer();
        }
    });
}

bool SingleWindow::raiseRunning(const QString &dataDir)
{
    QLocalSocket socket;
    socket.connectToServer(socketPath(dataDir));
    return socket.waitForConnected(answerMs);
}

void SingleWindow::listen()
{
    // What a killed console left; the lock is ours, so nobody listens there.
    QLocalServer::removeServer(m_path);
    if (!m_server.listen(m_path))
        log::warning("app", QStringLiteral("a second start will not find this window"),
                     {{"error", m_server.errorString()}});
}

} // namespace tower
