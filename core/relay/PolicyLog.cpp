// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/PolicyLog.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/relay/PolicyStore.h"

#include <QTimer>

#include <algorithm>

namespace tower {

namespace {

constexpr std::size_t latencyRing = 1'000;
/// Small and seldom, so that writing the log (a commit waits for the disk) never holds more than a few
/// answers up; what does not keep up with a burst falls out of the ring unwritten, and is counted all the
/// same.
constexpr int sliceRows = 200;
constexpr int sliceMs = 250;
constexpr std::int64_t rateWindowSecs = 60;

double percentileMs(std::vector<int> micros, double p)
{
    if (micros.empty())
        return 0;
    const auto rank = static_cast<std::ptrdiff_t>(p * static_cast<double>(micros.size() - 1));
    std::nth_element(micros.begin(), micros.begin() + rank, micros.end());
    return static_cast<double>(micros[static_cast<std::size_t>(rank)]) / 1000.0;
}

} // namespace

PolicyLog::PolicyLog(Database &database, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_store(std::make_unique<PolicyLogStore>(database))
    , m_database(database)
    , m_clock(clock)
    , m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    m_timer->setInterval(sliceMs);
    connect(m_timer, &QTimer::timeout, this, &PolicyLog::tick);
}

PolicyLog::~PolicyLog() = default;

void PolicyLog::add(PolicyLogEntry entry)
{
    if (m_micros.size() < latencyRing)
        m_micros.push_back(entry.micros);
    else
        m_micros[m_nextMicros++ % latencyRing] = entry.micros;

    const std::int64_t second = entry.at.value() / 1000;
    if (m_perSecond.empty() || m_perSecond.back().first != second)
        m_perSecond.emplace_back(second, 0);
    ++m_perSecond.back().second;
    while (m_perSecond.size() > static_cast<std::size_t>(rateWindowSecs))
        m_perSecond.pop_front();

    ++m_uncounted[{entry.action, entry.reason}];
    m_unwritten.push_back(std::move(entry));
    if (m_unwritten.size() > ringSize)
        m_unwritten.pop_front();
    if (!m_timer->isActive())
        m_timer->start();
}

void PolicyLog::tick()
{
    writeSlice();
    if (!m_unwritten.empty())
        m_timer->start();
    emit added();
}

void PolicyLog::flush()
{
    while (!m_unwritten.empty() || !m_uncounted.empty()) {
        if (!writeSlice())
            return;
    }
}

void PolicyLog::append(const PolicyLogEntry &entry)
{
    try {
        m_store->append(entry);
    } catch (const ServiceError &error) {
        // What is wrong with the row itself will be wrong with it the next time: the rest must not wait for
        // it.
        if (error.kind() != ErrorKind::BadRequest)
            throw;
        log::warning("relay", QStringLiteral("a decision is not logged"),
                     {{"event", entry.eventId}, {"error", error.message()}});
    }
}

bool PolicyLog::writeSlice()
{
    if (m_unwritten.empty() && m_uncounted.empty())
        return true;
    try {
        Transaction transaction(m_database);
        const auto rows = std::min<std::size_t>(m_unwritten.size(), sliceRows);
        for (std::size_t i = 0; i < rows; ++i)
            append(m_unwritten[i]);
        m_store->trim(ringSize);
        for (const auto &[key, n] : m_uncounted)
            m_store->count(key.first, key.second, n);
        transaction.commit();
        m_unwritten.erase(m_unwritten.begin(), m_unwritten.begin() + static_cast<std::ptrdiff_t>(rows));
        m_uncounted.clear();
        return true;
    } catch (const ServiceError &error) {
        // The answers were given; the log may wait for the database to come back.
        log::warning("relay", QStringLiteral("decisions not logged yet"), {{"error", error.message()}});
        return false;
    }
}

Page<PolicyLogEntry> PolicyLog::list(const PolicyLogFilter &filter, const PageRequest &page)
{
    if (page.cursor.isEmpty())
        flush();
    return m_store->list(filter, page);
}

PolicyHealth PolicyLog::health()
{
    PolicyHealth out;
    for (const auto &[key, n] : counters()) {
        if (key.first == QLatin1String("accept"))
            out.accepted += n;
        else if (key.first == QLatin1String("reject"))
            out.rejected += n;
        else
            out.shadowRejected += n;
    }
    out.p50Ms = percentileMs(m_micros, 0.50);
    out.p99Ms = percentileMs(m_micros, 0.99);
    const std::int64_t since = m_clock.now().value() / 1000 - rateWindowSecs;
    for (const auto &[second, n] : m_perSecond) {
        if (second > since)
            out.lastMinute += n;
    }
    return out;
}

std::map<std::pair<QString, QString>, std::int64_t> PolicyLog::counters()
{
    auto out = m_store->counts();
    for (const auto &[key, n] : m_uncounted)
        out[key] += n;
    return out;
}

} // namespace tower
