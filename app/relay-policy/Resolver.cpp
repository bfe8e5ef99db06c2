// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/Resolver.h"

#include <condition_variable>
#include <mutex>
#include <netdb.h>
#include <thread>

namespace tower {

struct Resolver::Lookup
{
    std::mutex mutex;
    std::condition_variable finished;
    bool done = false;
    std::vector<QHostAddress> found;

    static void run(const std::shared_ptr<Lookup> &lookup, const std::string &host)
    {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo *list = nullptr;
        std::vector<QHostAddress> found;
        if (getaddrinfo(host.c_str(), nullptr, &hints, &list) == 0) {
            for (const addrinfo *entry = list; entry; entry = entry->ai_next)
                found.emplace_back(entry->ai_addr);
            freeaddrinfo(list);
        }
        const std::lock_guard lock(lookup->mutex);
        lookup->found = std::move(found);
        lookup->done = true;
        lookup->finished.notify_all();
    }
};

Resolver::Resolver(QString host)
    : m_host(std::move(host))
{
    QHostAddress literal;
    if (literal.setAddress(m_host)) {
        m_known = {literal};
        m_literal = true;
    }
}

std::vector<QHostAddress> Resolver::addresses(const Deadline &deadline)
{
    if (!m_known.empty())
        return m_known;
    if (!m_pending) {
        m_pending = std::make_shared<Lookup>();
        std::thread(&Lookup::run, m_pending, m_host.toStdString()).detach();
    }
    std::unique_lock lock(m_pending->mutex);
    while (!m_pending->done && !deadline.passed())
        m_pending->finished.wait_for(lock, deadline.slice());
    if (!m_pending->done)
        return {};
    m_known = m_pending->found;
    lock.unlock();
    m_pending.reset();
    return m_known;
}

void Resolver::forget()
{
    if (!m_literal)
        m_known.clear();
}

} // namespace tower
