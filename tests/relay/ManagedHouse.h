// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayManagement.h"
#include "tests/relay/RelayHouse.h"

namespace tower::test {

inline const QString boss = QStringLiteral("admin:of-the-test");
inline constexpr int timmy = 9;

struct ManagedHouse : RelayHouse
{
    explicit ManagedHouse(const QString &engine)
        : RelayHouse(engine)
    {
        accounts.seedElite(keyOf(timmy));
    }

    std::vector<ManagedItem> list(ManagementList which)
    {
        return RelayManagement::listOn(*database, which, clock.now());
    }
    QStringList items(ManagementList which)
    {
        QStringList out;
        for (const ManagedItem &item : list(which))
            out << item.item;
        return out;
    }
    /// What the policy says to a new note of `author` from `source`.
    QByteArray reasonFor(const Event &event, const QByteArray &source = "IP4 127.0.0.1")
    {
        std::optional<PolicyDecision> answer;
        policy.decide(parseEvent(event.toJson()), source,
                      [&](PolicyDecision decision) { answer = std::move(decision); });
        while (!answer)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        return answer->reason;
    }
    EventId queued(int author, const QByteArray &content)
    {
        const Event event = signedEvent(author, 1, content);
        decide(event);
        return event.id;
    }
    QStringList actionsOn(const QString &subject)
    {
        QStringList out;
        for (const ActivityRow &row : activityOf(subject)) {
            if (row.entry.actor == boss)
                out.prepend(row.entry.action);
        }
        return out;
    }
    QStringList actionsOn(const PubKey &key) { return actionsOn(key.text()); }
    QStringList actionsOn(const EventId &id) { return actionsOn(id.text()); }
    std::int64_t rows() { return count("activity"); }
};

} // namespace tower::test
