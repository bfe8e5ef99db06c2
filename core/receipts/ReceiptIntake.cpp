// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/ReceiptIntake.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"
#include "core/base/Log.h"

#include <QJsonArray>
#include <QPointer>

#include <algorithm>

namespace tower {

namespace {

std::int64_t oldest(const std::vector<Event> &events)
{
    const auto isOlder = [](const Event &a, const Event &b) { return a.createdAt < b.createdAt; };
    return std::min_element(events.begin(), events.end(), isOlder)->createdAt;
}

/// There may be more of them than the relay gives at once.
bool isFull(const std::vector<Event> &page)
{
    return page.size() >= RelayClient::maximumFound;
}

} // namespace

ReceiptIntake::ReceiptIntake(const Clock &clock, const Settings &settings, Receipts &receipts,
                             RelayClient &relay, QObject *parent)
    : RelayPoll("receipts", settings, relay, parent)
    , m_clock(clock)
    , m_receipts(receipts)
{
}

ReceiptIntake::~ReceiptIntake()
{
    m_pauses.abort();
}

QJsonObject ReceiptIntake::filter(std::optional<std::int64_t> until) const
{
    QJsonObject out{
        {QStringLiteral("kinds"), QJsonArray{jsonNumber(settings().integer(Setting::ReceiptEventKind))}}};
    if (until)
        out.insert(QStringLiteral("until"), jsonNumber(*until));
    return out;
}

QCoro::Task<void> ReceiptIntake::look()
{
    const QPointer<ReceiptIntake> self(this);
    m_left = atOnce;
    Later<Found> askingNewest = relay().find(filter({}));
    const Found newest = co_await askingNewest;
    if (!self || !newest)
        co_return;
    QCoro::Task<bool> takingNewest = takeAll(*newest);
    if (!co_await takingNewest)
        co_return;
    if (!isFull(*newest)) {
        m_until.reset(); // those were all of them
        co_return;
    }
    const std::int64_t until = m_until.value_or(oldest(*newest));
    Later<Found> askingOlder = relay().find(filter(until));
    const Found older = co_await askingOlder;
    if (!self || !older)
        co_return;
    QCoro::Task<bool> takingOlder = takeAll(*older);
    if (!co_await takingOlder)
        co_return; // the rest of them with the next look
    m_until.reset();
    if (isFull(*older)) // not those of one second over and over
        m_until = std::min(oldest(*older), until - 1);
}

QCoro::Task<bool> ReceiptIntake::takeAll(std::vector<Event> events)
{
    const QPointer<ReceiptIntake> self(this);
    for (const Event &event : events) {
        if (!isWanted(event))
            continue;
        if (m_left == 0 || !isStarted())
            co_return false;
        --m_left;
        QCoro::Task<void> taking = take(event);
        co_await taking;
        if (!self)
            co_return false;
        Later<bool> pausing = m_pauses.begin(Millis(0)); // others have their turn
        if (!co_await pausing)
            co_return false;
    }
    co_return true;
}

QCoro::Task<void> ReceiptIntake::take(Event event)
{
    const QPointer<ReceiptIntake> self(this);
    try {
        QCoro::Task<Receipts::Taken> taking = m_receipts.takeEvent(event);
        co_await taking;
        co_return;
    } catch (const ServiceError &error) {
        if (error.kind() == ErrorKind::Internal)
            log::error("receipts", QStringLiteral("a receipt from the relay can't be stored now"),
                       {{"error", error.message()}});
    }
    if (self)
        refuse(event.id);
}

bool ReceiptIntake::isWanted(const Event &event)
{
    const auto refused = m_refused.constFind(event.id);
    if (refused != m_refused.constEnd() && m_clock.now() - *refused < triedAgainAfter)
        return false;
    return !m_receipts.isKnown(event);
}

void ReceiptIntake::refuse(const EventId &id)
{
    if (m_refused.size() >= maximumRefused)
        m_refused.clear();
    m_refused.insert(id, m_clock.now());
}

} // namespace tower
