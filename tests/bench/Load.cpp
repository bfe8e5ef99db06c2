// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/Load.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tower::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Connection
{
    int socket = -1;
    Clock::time_point sent;
    std::string read;
};

int connectTo(std::uint16_t port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    return fd;
}

/// Where the answer in `read` ends; npos while it is not whole.
std::size_t answerEnd(const std::string &read)
{
    const std::size_t head = read.find("\r\n\r\n");
    if (head == std::string::npos)
        return head;
    std::size_t at = std::string::npos;
    for (const char *name : {"Content-Length: ", "content-length: "}) {
        if (at == std::string::npos || at > head)
            at = read.find(name);
    }
    if (at == std::string::npos || at > head)
        return std::string::npos;
    const std::size_t end = head + 4 + std::strtoul(read.c_str() + at + 16, nullptr, 10);
    return read.size() >= end ? end : std::string::npos;
}

class Sender
{
public:
    Sender(std::uint16_t port, const std::vector<std::string> &requests, int connections,
           const std::string &expected)
        : m_requests(requests)
        , m_expected(expected)
        , m_epoll(::epoll_create1(0))
        , m_connections(static_cast<std::size_t>(connections))
    {
        for (std::size_t i = 0; i < m_connections.size(); ++i) {
            m_connections[i].socket = connectTo(port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_connections[i].socket, &event);
        }
        m_result.micros.reserve(requests.size());
    }
    ~Sender()
    {
        for (const Connection &connection : m_connections)
            ::close(connection.socket);
        ::close(m_epoll);
    }
    Sender(const Sender &) = delete;
    Sender &operator=(const Sender &) = delete;

    LoadResult run()
    {
        const Clock::time_point start = Clock::now();
        for (Connection &connection : m_connections)
            send(connection);
        std::array<epoll_event, 64> events{};
        while (m_open > 0) {
            const int ready = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), 10'000);
            if (ready <= 0)
                break;
            for (int i = 0; i < ready; ++i)
                receive(m_connections[events[static_cast<std::size_t>(i)].data.u64]);
        }
        m_result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        m_result.wrong += m_requests.size() - m_result.answers;
        std::sort(m_result.micros.begin(), m_result.micros.end());
        return std::move(m_result);
    }

private:
    void send(Connection &connection)
    {
        if (m_next == m_requests.size())
            return;
        const std::string &request = m_requests[m_next++];
        connection.sent = Clock::now();
        if (::send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()))
            ++m_open;
    }

    void receive(Connection &connection)
    {
        std::array<char, 65'536> buffer{};
        const ssize_t n = ::recv(connection.socket, buffer.data(), buffer.size(), 0);
        if (n <= 0) {
            ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, connection.socket, nullptr);
            --m_open;
            return;
        }
        connection.read.append(buffer.data(), static_cast<std::size_t>(n));
        const std::size_t end = answerEnd(connection.read);
        if (end == std::string::npos)
            return;
        m_result.micros.push_back(static_cast<int>(
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.sent).count()));
        ++m_result.answers;
        m_result.wrong += connection.read.find(m_expected) == std::string::npos;
        connection.read.erase(0, end);
        --m_open;
        send(connection);
    }

    const std::vector<std::string> &m_requests;
    const std::string &m_expected;
    int m_epoll;
    std::vector<Connection> m_connections;
    std::size_t m_next = 0;
    int m_open = 0;
    LoadResult m_result;
};

} // namespace

std::string httpPost(const std::string &path, std::uint16_t port, const std::string &body)
{
    return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

LoadResult load(std::uint16_t port, const std::vector<std::string> &requests, int connections,
                const std::string &expected)
{
    return Sender(port, requests, connections, expected).run();
}

} // namespace tower::bench
