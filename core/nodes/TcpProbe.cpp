// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/TcpProbe.h"

#include <QCoreApplication>
#include <QTcpSocket>
#include <QTimer>

#include <chrono>

namespace tower {

namespace {

constexpr std::chrono::seconds patience{5};

} // namespace

Later<bool> tcpProbe(const QString &host, quint16 port)
{
    const Later<bool> later;
    auto *socket = new QTcpSocket(QCoreApplication::instance());
    const auto end = [socket, later](bool answered) {
        socket->disconnect();
        socket->abort();
        socket->deleteLater();
        later.give(answered);
    };
    QObject::connect(socket, &QTcpSocket::connected, socket, [end] { end(true); });
    QObject::connect(socket, &QTcpSocket::errorOccurred, socket, [end] { end(false); });
    QTimer::singleShot(patience, socket, [end] { end(false); });
    socket->connectToHost(host, port);
    return later;
}

} // namespace tower
