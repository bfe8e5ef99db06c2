// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/Transport.h"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tower {

namespace {

class PlainTransport final : public Transport
{
public:
    ~PlainTransport() override { PlainTransport::close(); }

    bool connectTo(const QHostAddress &address, quint16 port, const Deadline &deadline) override
    {
        close();
        sockaddr_storage to{};
        const socklen_t length = fill(to, address, port);
        m_socket = ::socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (m_socket < 0)
            return false;
        const int on = 1;
        setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(m_socket, reinterpret_cast<const sockaddr *>(&to), length) == 0)
            return true;
        int error = errno;
        if (error == EINPROGRESS && waitFor(POLLOUT, deadline) == Status::Ok) {
            socklen_t size = sizeof error;
            getsockopt(m_socket, SOL_SOCKET, SO_ERROR, &error, &size);
        }
        if (error != 0)
            close();
        return error == 0;
    }

    Status send(QByteArrayView bytes, const Deadline &deadline) override
    {
        while (!bytes.isEmpty()) {
            const ssize_t sent =
                ::send(m_socket, bytes.data(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL);
            if (sent > 0) {
                bytes = bytes.sliced(sent);
            } else if (errno == EAGAIN) {
                if (const Status status = waitFor(POLLOUT, deadline); status != Status::Ok)
                    return status;
            } else if (errno != EINTR) {
                return Status::Closed;
            }
        }
        return Status::Ok;
    }

    Status receive(QByteArray &buffer, const Deadline &deadline) override
    {
        char chunk[16384];
        for (;;) {
            if (const Status status = waitFor(POLLIN, deadline); status != Status::Ok)
                return status;
            const ssize_t got = ::recv(m_socket, chunk, sizeof chunk, 0);
            if (got > 0) {
                buffer.append(chunk, got);
                return Status::Ok;
            }
            if (got == 0 || (errno != EAGAIN && errno != EINTR))
                return Status::Closed;
        }
    }

    bool isIdle() override
    {
        pollfd entry{m_socket, POLLIN, 0};
        return m_socket >= 0 && ::poll(&entry, 1, 0) == 0;
    }

    void close() override
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = -1;
    }

private:
    static socklen_t fill(sockaddr_storage &to, const QHostAddress &address, quint16 port)
    {
        if (address.protocol() == QAbstractSocket::IPv4Protocol) {
            auto *v4 = reinterpret_cast<sockaddr_in *>(&to);
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            v4->sin_addr.s_addr = htonl(address.toIPv4Address());
            return sizeof *v4;
        }
        auto *v6 = reinterpret_cast<sockaddr_in6 *>(&to);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        v6->sin6_scope_id = address.scopeId().toUInt();
        const Q_IPV6ADDR bytes = address.toIPv6Address();
        memcpy(&v6->sin6_addr, &bytes, sizeof bytes);
        return sizeof *v6;
    }

    Status waitFor(short events, const Deadline &deadline) const
    {
        pollfd entry{m_socket, events, 0};
        while (!deadline.passed()) {
            const auto left = deadline.slice();
            const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
            const timespec span{whole.count(), (left - whole).count()};
            const int ready = ::ppoll(&entry, 1, &span, nullptr);
            if (ready > 0)
                return Status::Ok;
            if (ready < 0 && errno != EINTR)
                return Status::Closed;
        }
        return Status::TimedOut;
    }

    int m_socket = -1;
};

} // namespace

std::unique_ptr<Transport> makePlainTransport()
{
    return std::make_unique<PlainTransport>();
}

} // namespace tower
