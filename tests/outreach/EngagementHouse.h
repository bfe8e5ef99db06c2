// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Later.h"
#include "core/nostr/Nip04.h"
#include "core/outreach/Engagement.h"
#include "tests/support/TestDatabase.h"

#include <QTest>

#include <map>
#include <memory>

namespace tower::test {

inline const SecretKey &person(int n)
{
    static std::map<int, SecretKey> people;
    auto found = people.find(n);
    if (found == people.end()) {
        QByteArray bytes(32, '\x51');
        bytes[31] = static_cast<char>(n);
        found = people.emplace(n, *SecretKey::fromBytes(bytes)).first;
    }
    return found->second;
}
inline PubKey keyOf(int n)
{
    return person(n).pubKey();
}
/// Timmy is person 0.
inline SecretKey timmysKey()
{
    return std::move(
        *SecretKey::fromBytes(QByteArrayView(reinterpret_cast<const char *>(person(0).bytes().data()), 32)));
}

/// Writes numbered messages, and holds them back or fails when it is told to.
class LetterAgent final : public Agent
{
public:
    ~LetterAgent() override { abort(); }

    QCoro::Task<Review> review(ReviewRequest) override { co_return Review{}; }
    QCoro::Task<Evaluation> evaluate(QString) override { co_return Evaluation{}; }
    QCoro::Task<Execution> execute(QString) override { co_return Execution{}; }
    QCoro::Task<ChatReply> chatReply(ChatContext context) override
    {
        asked.push_back(context);
        const int number = static_cast<int>(asked.size());
        if (holds) {
            Later<bool> later;
            held.push_back(later);
            const bool goesOn = co_await later;
            if (!goesOn)
                throw unavailable(QStringLiteral("The agent is stopping."), "agent_stopped");
        }
        if (number == failsAt)
            throw ServiceError(ErrorKind::Upstream, failure, QStringLiteral("The agent failed."));
        ChatReply reply;
        reply.text = QStringLiteral("message %1").arg(number);
        co_return reply;
    }
    [[nodiscard]] bool isSimulated() const override { return true; }
    void abort() override { give(false); }
    void give(bool goesOn)
    {
        for (const Later<bool> &later : std::exchange(held, {}))
            later.give(goesOn);
    }

    std::vector<ChatContext> asked;
    std::vector<Later<bool>> held;
    bool holds = false;
    int failsAt = 0;
    QByteArray failure = "agent_unavailable";
};

/// Members of score 60 over a fresh database, a clock that the test turns, and a program that can be started
/// anew. ENGAGEMENT_INTERVAL_DAYS is 7, and a run needs no approval.
struct EngagementHouse
{
    struct Program
    {
        Program(EngagementHouse &house, Database &database)
            : activity(database, house.clock)
            , identities(database, house.clock, house.settings)
            , events(database, house.clock, house.settings, house.timmy, activity)
            , engagement(database, house.clock, house.settings, identities, house.timmy, events, house.agent,
                         activity, [] { return Sats(777); })
        {
            engagement.start();
        }
        Activity activity;
        Identities identities;
        EventLog events;
        Engagement engagement;
    };

    explicit EngagementHouse(const QString &engine, int members = 1)
        : database(engine)
    {
        settings.setSaved(Setting::EngagementIntervalDays, QStringLiteral("7"));
        settings.setSaved(Setting::EngagementApproval, QStringLiteral("0"));
        settings.setSaved(Setting::NostrRelayUrl, QStringLiteral("ws://127.0.0.1:9"));
        restart();
        for (int n = 1; n <= members; ++n)
            addMember(keyOf(n), 60);
        clock.advance(days(21)); // the beginning of an interval
    }

    void restart()
    {
        program.reset();
        program = std::make_unique<Program>(*this, *database);
    }
    Engagement &engagement() { return program->engagement; }

    void addMember(const PubKey &key, std::int64_t score)
    {
        Transaction transaction(*database);
        program->identities.changeScore(transaction, key, QStringLiteral("adjust"), {}, {},
                                        [score](std::int64_t) { return score; });
        transaction.commit();
    }
    void comesBack(const PubKey &key)
    {
        Transaction transaction(*database);
        program->identities.markSeen(transaction, key);
        transaction.commit();
    }
    std::vector<EngagementMessage> messages(const EngagementFilter &filter = {})
    {
        return engagement().list(filter, {500, {}}).items;
    }
    std::vector<LoggedEvent> letters() { return program->events.list({}, {500, {}}).items; }
    /// What its recipient reads.
    static QString opened(const LoggedEvent &letter, int member)
    {
        const Event event = parseEvent(letter.rawEvent).event.value_or(Event{});
        return QString::fromUtf8(decryptNip04(person(member), event.pubkey, event.content));
    }
    std::size_t activities(const char *action)
    {
        return program->activity.list({.action = QLatin1String(action)}, {500, {}}).items.size();
    }

    TestDatabase database;
    ManualClock clock{days(19'999)}; // 19,999 = 7 * 2,857
    Settings settings;
    TimmyIdentity timmy{timmysKey()};
    LetterAgent agent;
    std::unique_ptr<Program> program;
};

} // namespace tower::test
