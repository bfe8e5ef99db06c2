// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/publish/RelayPoll.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QPointer>
#include <QTimer>

#include <chrono>

namespace tower {

namespace {

constexpr std::chrono::minutes lookEvery{1};

} // namespace

RelayPoll::RelayPoll(const char *name, const Settings &settings, RelayClient &relay, QObject *parent)
    : QObject(parent)
    , m_name(name)
    , m_settings(settings)
    , m_relay(relay)
    , m_timer(new QTimer(this))
{
    connect(m_timer, &QTimer::timeout, this, &RelayPoll::wake);
}

void RelayPoll::start()
{
    m_timer->start(lookEvery);
    wake();
}

void RelayPoll::stop()
{
    m_timer->stop();
}

bool RelayPoll::isStarted() const
{
    return m_timer->isActive();
}

void RelayPoll::wake()
{
    if (!m_running && isStarted() && !m_settings.text(Setting::NostrRelayUrl).isEmpty())
        run();
}

QCoro::Task<void> RelayPoll::run()
{
    const QPointer<RelayPoll> self(this);
    const char *const name = m_name;
    m_running = true;
    try {
        m_relay.setUrl(m_settings.text(Setting::NostrRelayUrl));
        QCoro::Task<void> looking = look();
        co_await looking;
    } catch (const ServiceError &error) {
        log::error(name, QStringLiteral("what was found on the relay can't be taken in now"),
                   {{"error", error.message()}});
    }
    if (self)
        m_running = false;
}

} // namespace tower
