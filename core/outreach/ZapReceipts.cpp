// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/ZapReceipts.h"

#include "core/base/JsonNumber.h"
#include "core/outreach/ZapRequest.h"

#include <QPointer>

#include <algorithm>
#include <set>

namespace tower {

namespace {

/// A service's clock may be behind ours.
constexpr std::int64_t clockSkewSecs = 600;

QJsonArray texts(const std::set<QString> &set)
{
    QJsonArray out;
    for (const QString &text : set)
        out.append(text);
    return out;
}

/// All receipts that these zaps may have.
QJsonObject filterOf(const std::vector<Zap> &zaps)
{
    std::set<QString> services;
    std::set<QString> recipients;
    Millis first = zaps.front().createdAt;
    for (const Zap &zap : zaps) {
        services.insert(zap.receiptKey->text());
        if (zap.recipient)
            recipients.insert(zap.recipient->text());
        first = std::min(first, zap.createdAt);
    }
    return {{QStringLiteral("kinds"), QJsonArray{zapReceiptKind}},
            {QStringLiteral("authors"), texts(services)},
            {QStringLiteral("#p"), texts(recipients)},
            {QStringLiteral("since"), jsonNumber(first.value() / 1'000 - clockSkewSecs)}};
}

} // namespace

ZapReceipts::ZapReceipts(Database &database, const Clock &clock, const Settings &settings, Zaps &zaps,
                         EventLog &events, RelayClient &relay, QObject *parent)
    : RelayPoll("zaps", settings, relay, parent)
    , m_clock(clock)
    , m_zaps(zaps)
    , m_events(events)
    , m_store(database)
{
}

QCoro::Task<void> ZapReceipts::look()
{
    const QPointer<ZapReceipts> self(this);
    const std::vector<Zap> zaps = m_store.withoutReceipt(m_clock.now() - lookedFor, atOnce);
    if (zaps.empty())
        co_return;
    Later<std::optional<std::vector<Event>>> asking = relay().find(filterOf(zaps));
    const std::optional<std::vector<Event>> found = co_await asking;
    if (!self)
        co_return;
    for (const Event &receipt : found.value_or(std::vector<Event>()))
        m_zaps.attachReceipt(receipt, m_events);
}

} // namespace tower
