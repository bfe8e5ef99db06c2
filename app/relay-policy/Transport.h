// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/relay-policy/Deadline.h"

#include <QByteArrayView>
#include <QHostAddress>
#include <QSslConfiguration>
#include <QString>

#include <memory>

namespace tower {

/// A byte stream to a server; every wait is bounded by a deadline. One thread at a time.
class Transport
{
public:
    enum class Status { Ok, TimedOut, Closed };

    virtual ~Transport() = default;
    virtual bool connectTo(const QHostAddress &address, quint16 port, const Deadline &deadline) = 0;
    virtual Status send(QByteArrayView bytes, const Deadline &deadline) = 0;
    /// Appends what has arrived to `buffer`, at least one byte when Ok.
    virtual Status receive(QByteArray &buffer, const Deadline &deadline) = 0;
    /// Connected, with nothing to read and not closed by the other side: fit for another request.
    [[nodiscard]] virtual bool isIdle() = 0;
    virtual void close() = 0;
};

/// TCP by bare system calls: this runs once for each event that the relay takes.
std::unique_ptr<Transport> makePlainTransport();
/// TLS; the server's certificate must be valid for `host`.
std::unique_ptr<Transport> makeTlsTransport(QString host, QSslConfiguration configuration);

} // namespace tower
