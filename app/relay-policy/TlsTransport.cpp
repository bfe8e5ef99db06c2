// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/Transport.h"

#include <QSslSocket>

namespace tower {

namespace {

class TlsTransport final : public Transport
{
public:
    TlsTransport(QString host, QSslConfiguration configuration)
        : m_host(std::move(host))
        , m_configuration(std::move(configuration))
    {
    }

    bool connectTo(const QHostAddress &address, quint16 port, const Deadline &deadline) override
    {
        m_socket = std::make_unique<QSslSocket>();
        m_socket->setSslConfiguration(m_configuration);
        m_socket->setPeerVerifyName(m_host);
        m_socket->connectToHost(address, port);
        if (!waitUntil(deadline, [this](int ms) { return m_socket->waitForConnected(ms); })) {
            close();
            return false;
        }
        m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_socket->startClientEncryption();
        if (!waitUntil(deadline, [this](int ms) { return m_socket->waitForEncrypted(ms); })) {
            close();
            return false;
        }
        return true;
    }

    Status send(QByteArrayView bytes, const Deadline &deadline) override
    {
        m_socket->write(bytes.data(), bytes.size());
        while (m_socket->bytesToWrite() > 0 || m_socket->encryptedBytesToWrite() > 0)
            if (!waitUntil(deadline, [this](int ms) { return m_socket->waitForBytesWritten(ms); }))
                return failure();
        return Status::Ok;
    }

    Status receive(QByteArray &buffer, const Deadline &deadline) override
    {
        if (m_socket->bytesAvailable() == 0 &&
            !waitUntil(deadline, [this](int ms) { return m_socket->waitForReadyRead(ms); }))
            return failure();
        buffer += m_socket->readAll();
        return Status::Ok;
    }

    bool isIdle() override
    {
        if (!m_socket || m_socket->bytesAvailable() > 0)
            return false;
        // Reads what the kernel holds without waiting: application data, or the end.
        m_socket->waitForReadyRead(0);
        return m_socket->state() == QAbstractSocket::ConnectedState && m_socket->bytesAvailable() == 0;
    }

    void close() override
    {
        if (m_socket)
            m_socket->abort();
        m_socket.reset();
    }

private:
    template <class Wait>
    bool waitUntil(const Deadline &deadline, Wait wait) const
    {
        while (!deadline.passed()) {
            const auto slice = std::chrono::ceil<std::chrono::milliseconds>(deadline.slice());
            if (wait(static_cast<int>(slice.count())))
                return true;
            if (m_socket->error() != QAbstractSocket::SocketTimeoutError)
                return false;
        }
        return false;
    }

    [[nodiscard]] Status failure() const
    {
        return m_socket->state() == QAbstractSocket::ConnectedState ? Status::TimedOut : Status::Closed;
    }

    QString m_host;
    QSslConfiguration m_configuration;
    std::unique_ptr<QSslSocket> m_socket;
};

} // namespace

std::unique_ptr<Transport> makeTlsTransport(QString host, QSslConfiguration configuration)
{
    return std::make_unique<TlsTransport>(std::move(host), std::move(configuration));
}

} // namespace tower
