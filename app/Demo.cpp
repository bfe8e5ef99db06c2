// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Demo.h"

#include "app/DemoNodes.h"
#include "app/DemoReceipts.h"
#include "app/DemoTexts.h"
#include "app/DemoWork.h"
#include "core/base/Error.h"
#include "core/nostr/Keys.h"
#include "core/relay/RelayManagement.h"
#include "core/relay/RelayPolicy.h"
#include "core/store/Migrations.h"
#include "core/trust/Trust.h"
#include "core/trust/Vouches.h"

#include <QDir>
#include <QRandomGenerator>

#include <algorithm>
#include <optional>
#include <utility>

namespace tower {

namespace {

constexpr int identityCount = 200;
constexpr int historyDays = 45;
const QString operatorName = QStringLiteral("admin:console");

/// A member of the demo: a real key, so that its events are really signed.
struct Member
{
    SecretKey key;
    PubKey pubkey;
};

Member memberOf(int number)
{
    // Fixed keys, known to everyone: nothing of worth may ever be sent to them.
    const auto seed = sha256(QByteArray("timmy-tower demo member ") + QByteArray::number(number));
    auto key = SecretKey::fromBytes(QByteArrayView(reinterpret_cast<const char *>(seed.data()), 32));
    if (!key)
        throw internalError(QStringLiteral("A demo key is no key."));
    const PubKey pubkey = key->pubKey();
    return {std::move(*key), pubkey};
}

/// The services over the demo's database, under a clock of the past.
class Past
{
public:
    explicit Past(const TowerOptions &options)
        : m_clock(SystemClock().now() - days(historyDays))
        , m_database(opened(options, m_clock))
        , m_activity(m_database, m_clock)
        , m_identities(m_database, m_clock, options.settings)
        , m_accounts(m_database, m_clock, options.settings, m_identities, m_activity)
        , m_trust(m_database, m_clock, options.settings, m_identities, m_accounts, m_activity)
        , m_vouches(m_database, m_clock, options.settings, m_identities, m_accounts, m_trust, m_activity)
        , m_log(m_database, m_clock)
        , m_queue(m_database, m_clock, m_identities, m_activity)
        , m_changes(m_database)
        , m_management(m_database, m_clock, m_accounts, m_queue, m_activity, m_changes)
        , m_policy(m_database, m_clock, options.settings, m_accounts, m_queue, m_management, m_log)
        , m_sats(options, m_database, m_clock)
        , m_work(m_sats, m_database, m_clock, m_identities, m_trust, m_activity)
        , m_nodes(m_sats, m_database, m_clock, m_activity)
        , m_receipts(m_sats, m_database, m_clock, m_activity)
    {
        for (int i = 0; i < identityCount; ++i)
            m_members.push_back(memberOf(i));
    }

    void live()
    {
        const Millis step(days(historyDays).value() / identityCount);
        for (int i = 0; i < identityCount; ++i) {
            join(i);
            if (i % 4 == 0)
                decide(i);
            if (i % 3 == 0)
                post(m_random.bounded(i + 1));
            if (i % 5 == 4)
                vouch(i);
            if (i % 3 == 1)
                work(i, m_random.bounded(i + 1));
            if (i % 27 == 13)
                order(i, i / 27);
            if (i >= 60 && i % 2 == 0)
                m_receipts.leave(member(m_random.bounded(i)).key, i);
            if (i % 60 == 40)
                m_work.adjustPool(Sats(2'000), QStringLiteral("donations of the meetup"));
            m_clock.advance(step);
        }
        judge(1'000);
        // The last hours are the liveliest, and leave the queue that the operator finds.
        m_clock.set(SystemClock().now() - seconds(3 * 3600));
        for (int i = 0; i < 150; ++i) {
            post(m_random.bounded(identityCount));
            if (i % 3 == 0)
                review();
            m_clock.advance(seconds(40 + m_random.bounded(40)));
        }
        m_clock.set(SystemClock().now() - seconds(600));
        for (int i = 0; i < 6; ++i) {
            m_work.job(member(20 * i + 7).pubkey, 10 + i);
            m_clock.advance(seconds(90));
        }
        m_work.session(member(91).pubkey, 4);
        m_nodes.orderLast(member(33).pubkey, member(96).pubkey);
        m_queue.flush();
        m_log.flush();
        judge(8);
    }

private:
    static DatabaseUrl opened(const TowerOptions &options, const Clock &clock)
    {
        Database database(options.database);
        Migrations(options.database.engine).run(database, clock);
        return options.database;
    }

    const Member &member(int number) const { return m_members[static_cast<std::size_t>(number)]; }

    /// Most have a little trust, few have much.
    void join(int number)
    {
        static constexpr int ceilings[] = {8, 8, 9, 30, 45, 48, 120, 180, 60, 420};
        const int ceiling = ceilings[number % 10];
        m_trust.adjust(member(number).pubkey, m_random.bounded(ceiling / 3, ceiling + 1),
                       demo::scoreReason(number), operatorName);
        if (number % 3 == 0) {
            Transaction transaction(m_database);
            m_identities.setLightningAddress(transaction, member(number).pubkey,
                                             demo::lightningAddress(number));
            transaction.commit();
        }
    }

    void decide(int number)
    {
        const PubKey &key = member(number).pubkey;
        switch (number / 4 % 7) {
        case 0:
        case 1:
            m_accounts.grant(key, AccessLevel::Write, demo::grantReason(number), operatorName);
            break;
        case 2:
            m_accounts.grant(key, AccessLevel::Write, demo::grantReason(number), operatorName,
                             SystemClock().now() + days(7 + number % 20));
            break;
        case 3:
            m_accounts.grant(key, AccessLevel::Read, demo::grantReason(number), operatorName);
            break;
        case 4:
            m_accounts.revoke(key, demo::revokeReason(number), operatorName);
            break;
        default:
            break;
        }
    }

    void post(int number)
    {
        const Member &author = member(number);
        Event event;
        const int die = m_random.bounded(10);
        event.kind = die == 0 ? 0 : die == 1 ? 30023 : die == 2 ? 20001 : 1;
        event.content =
            event.kind == 0 ? demo::profile(number) : demo::note(static_cast<int>(m_random.bounded(1000)));
        if (m_random.bounded(3) == 0)
            event.tags.push_back({"t", "lightning"});
        m_policy.decide(signedBy(author, event), demo::source(number), [](const PolicyDecision &) {});
        m_queue.flush();
    }

    /// One who has just become elite, or long has been, speaks for a newcomer; a few such words are taken
    /// back.
    void vouch(int number)
    {
        IdentityFilter elite;
        elite.tier = Tier::Elite;
        const std::vector<Identity> found = m_identities.list(elite, {50, {}}).items;
        if (found.empty())
            return;
        const PubKey &key =
            found[static_cast<std::size_t>(number) % std::min<std::size_t>(found.size(), 6)].pubkey;
        const auto voucher = std::find_if(m_members.begin(), m_members.end(),
                                          [&key](const Member &m) { return m.pubkey == key; });
        const PubKey vouchee = member(number - m_random.bounded(4)).pubkey;
        if (voucher == m_members.end() || vouchee == key)
            return;
        Event event;
        event.kind = 1;
        event.content = demo::vouch(number);
        event.tags.push_back({"p", vouchee.hex()});
        const Vouches::Outcome outcome = m_vouches.vouch(key, vouchee, signedBy(*voucher, event));
        if (number % 8 == 4)
            m_vouches.revoke(outcome.vouch.id, demo::revokeReason(number), operatorName);
    }

    /// A node; whoever ordered the one before is content with that, and says so.
    void order(int customer, int number)
    {
        if (const auto before = std::exchange(m_lastNode, {}))
            m_receipts.confirm(member(before->first).key, before->second);
        m_lastNode = {customer, m_nodes.order(member(customer).pubkey, number)};
    }

    /// Somebody orders work, a member as a rule; and what the operator thinks of them.
    void work(int number, int customer)
    {
        const PubKey &key = member(customer).pubkey;
        const auto who = number % 7 == 4 ? std::nullopt : std::optional(key);
        if (number % 4 == 1)
            m_work.session(who, number / 4);
        else
            m_work.job(who, number / 3);
        if (number % 10 == 1)
            m_trust.note(key, demo::remark(number), operatorName);
    }

    /// What the AI reviewer would have said, a day on which there was one.
    void review()
    {
        const auto event = m_queue.nextForReview(false);
        if (!event)
            return;
        const bool advertising = event->content.contains("DOUBLE");
        const bool unsure = !advertising && event->kind == 30023;
        const Review verdict{advertising ? ReviewVerdict::Flag
                             : unsure    ? ReviewVerdict::Undecided
                                         : ReviewVerdict::Approve,
                             demo::verdict(advertising, unsure),
                             {}};
        m_queue.takeReview(event->eventId, verdict, {toText(Tier::Trusted)});
    }

    /// The operator works through the oldest: one in five is declined, the others are let through.
    void judge(int oldest)
    {
        for (const QueueStatus status : {QueueStatus::Flagged, QueueStatus::Pending}) {
            const auto waiting =
                m_queue.list({status, {}}, {std::min(oldest, PageRequest::maximumLimit), {}}).items;
            for (std::size_t i = 0; i < waiting.size(); ++i) {
                const bool decline = status == QueueStatus::Flagged || i % 5 == 0;
                if (decline && (status == QueueStatus::Pending || i % 2 == 0))
                    m_queue.reject(waiting[i].eventId, demo::rejectReason(static_cast<int>(i)), operatorName);
                else if (!decline)
                    m_queue.approve(waiting[i].eventId, operatorName);
            }
        }
    }

    /// `event` by this member and of now, as the relay or the sign-in would read it.
    EventParse signedBy(const Member &author, Event event) const
    {
        event.pubkey = author.pubkey;
        event.createdAt = m_clock.now().value() / 1000;
        event.id = event.computedId();
        event.signature = author.key.sign(event.id.bytes());
        EventParse parsed;
        parsed.id = event.id.hex();
        parsed.event = std::move(event);
        return parsed;
    }

    ManualClock m_clock;
    Database m_database;
    Activity m_activity;
    Identities m_identities;
    RelayAccounts m_accounts;
    Trust m_trust;
    Vouches m_vouches;
    PolicyLog m_log;
    ModerationQueue m_queue;
    Changes m_changes;
    RelayManagement m_management;
    RelayPolicy m_policy;
    DemoSats m_sats;
    DemoWork m_work;
    DemoNodes m_nodes;
    DemoReceipts m_receipts;
    std::optional<std::pair<int, BootstrapJob>> m_lastNode; ///< with the number of its customer
    std::vector<Member> m_members;
    QRandomGenerator m_random{21};
};

} // namespace

Demo::Demo(TowerOptions &options)
{
    if (!m_folder.isValid())
        throw unavailable(QStringLiteral("No temporary folder could be made for the demo."), "demo_folder");
    options.dataDir = m_folder.path();
    options.database = DatabaseUrl::parse(QStringLiteral("sqlite:") +
                                          QDir(m_folder.path()).filePath(QStringLiteral("tower.db")));
    Past(options).live();
}

std::unique_ptr<Demo> makeDemo(TowerOptions &options)
{
    return options.demo ? std::make_unique<Demo>(options) : nullptr;
}

} // namespace tower
