// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Keys.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/RelayAccounts.h"
#include "core/relay/RelayManagement.h"
#include "core/relay/RelayPolicy.h"
#include "tests/support/TestDatabase.h"

#include <QCoreApplication>
#include <QFuture>
#include <QTest>

namespace tower::test {

inline constexpr Millis start = days(20'000);
inline const QString admin = QStringLiteral("admin");

/// A key that can sign, the same in every run.
inline const SecretKey &person(int n)
{
    static std::map<int, SecretKey> people;
    auto found = people.find(n);
    if (found == people.end()) {
        QByteArray bytes(32, '\x11');
        bytes[31] = static_cast<char>(n);
        found = people.emplace(n, *SecretKey::fromBytes(bytes)).first;
    }
    return found->second;
}
inline PubKey keyOf(int n)
{
    return person(n).pubKey();
}

inline Event signedEvent(int author, int kind = 1, const QByteArray &content = "hello",
                         std::vector<std::vector<QByteArray>> tags = {})
{
    Event event;
    event.pubkey = keyOf(author);
    event.createdAt = 1'700'000'000;
    event.kind = kind;
    event.tags = std::move(tags);
    event.content = content;
    event.id = event.computedId();
    event.signature = person(author).sign(event.id.bytes(), {});
    return event;
}

template <class T>
T waitFor(QFuture<T> future)
{
    while (!future.isFinished())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return future.result();
}

/// The relay's rules over a fresh database, with a clock that the test turns.
struct RelayHouse
{
    explicit RelayHouse(const QString &engine)
        : database(engine)
    {
    }

    TestDatabase database;
    ManualClock clock{start};
    Settings settings;
    Activity activity{*database, clock};
    Identities identities{*database, clock, settings};
    RelayAccounts accounts{*database, clock, settings, identities, activity};
    PolicyLog log{*database, clock};
    ModerationQueue queue{*database, clock, identities, activity};
    Changes changes{*database};
    RelayManagement management{*database, clock, accounts, queue, activity, changes};
    RelayPolicy policy{*database, clock, settings, accounts, queue, management, log};

    void set(Setting setting, const char *value)
    {
        settings.setSaved(setting, QString::fromLatin1(value));
        policy.settingsChanged();
    }

    /// A score and the access that follows it, as Trust does it.
    bool score(const PubKey &key, std::int64_t value)
    {
        Transaction transaction(*database);
        identities.changeScore(transaction, key, QStringLiteral("adjust"), {}, {},
                               [value](std::int64_t) { return value; });
        const bool changed = accounts.syncFromTrustTier(transaction, key);
        transaction.commit();
        return changed;
    }
    bool sync(const PubKey &key)
    {
        Transaction transaction(*database);
        const bool changed = accounts.syncFromTrustTier(transaction, key);
        transaction.commit();
        return changed;
    }
    RelayAccount grant(const PubKey &key, AccessLevel level = AccessLevel::Write,
                       std::optional<Millis> expiresAt = {})
    {
        return accounts.grant(key, level, QStringLiteral("a reason"), admin, expiresAt);
    }
    RelayAccount revoke(const PubKey &key, bool force = false)
    {
        return accounts.revoke(key, QStringLiteral("a reason"), admin, force);
    }

    /// Asks and waits for the answer, which may come after a shared commit.
    PolicyDecision decide(const QByteArray &eventJson)
    {
        std::optional<PolicyDecision> answer;
        policy.decide(parseEvent(eventJson), "IP4 127.0.0.1",
                      [&answer](PolicyDecision decision) { answer = std::move(decision); });
        while (!answer)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        return *answer;
    }
    PolicyDecision decide(const Event &event) { return decide(event.toJson()); }

    std::int64_t count(const char *table, const QString &where = QStringLiteral("1 = 1"))
    {
        return database->number(QStringLiteral("SELECT COUNT(*) AS n FROM %1 WHERE %2")
                                    .arg(QLatin1String(table), where)
                                    .toStdString());
    }
    /// As an approval and its publishing will write it.
    void setQueueRow(const EventId &id, const char *status, const char *publishState,
                     std::optional<Millis> decidedAt)
    {
        database->execute("UPDATE relay_event_queue SET status = ?, publish_state = ?, decided_at = ? "
                          "WHERE event_id = ?",
                          {status, publishState, decidedAt, id});
    }
    std::vector<ActivityRow> activityOf(const QString &subject)
    {
        return activity.list({.subject = subject}, {100, {}}).items;
    }
};

} // namespace tower::test
