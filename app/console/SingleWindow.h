// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocalServer>
#include <QObject>
#include <QString>

namespace tower {

/// One window per data folder: a second start asks the first one, through a socket in the folder, to come to
/// the front, and goes.
class SingleWindow : public QObject
{
    Q_OBJECT

public:
    explicit SingleWindow(const QString &dataDir, QObject *parent = nullptr);

    /// True when a running console answered and was asked to show itself.
    static bool raiseRunning(const QString &dataDir);
    /// Listens for later starts; to be called by the program that holds the folder's lock.
    void listen();

signals:
    void raiseAsked();

private:
    QString m_path;
    QLocalServer m_server;
};

} // namespace tower
