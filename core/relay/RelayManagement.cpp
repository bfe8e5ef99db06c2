// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/RelayManagement.h"

#include "core/base/Error.h"
#include "core/relay/ModerationStore.h"
#include "core/relay/RelayManagementStore.h"

#include <QUrl>

#include <algorithm>

namespace tower {

namespace {

constexpr const char *changeKind = "relay_management";
constexpr qsizetype maximumReason = 1'000;
constexpr qsizetype maximumName = 100;
constexpr qsizetype maximumDescription = 4'000;
constexpr qsizetype maximumIcon = 2'000;

void checkReason(const QString &reason)
{
    if (reason.size() > maximumReason)
        throw badRequest("reason", QStringLiteral("The reason is longer than 1,000 characters."));
}

QString checkedProfile(ProfileField field, const QString &given)
{
    const QString text = given.trimmed();
    switch (field) {
    case ProfileField::Name:
        if (text.size() > maximumName)
            throw badRequest("name", QStringLiteral("The name is longer than 100 characters."));
        return text;
    case ProfileField::Description:
        if (text.size() > maximumDescription)
            throw badRequest("description",
                             QStringLiteral("The description is longer than 4,000 characters."));
        return text;
    case ProfileField::Icon: {
        if (text.isEmpty())
            return text;
        const QUrl url(text, QUrl::StrictMode);
        const bool isWeb = url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("http");
        if (!url.isValid() || !isWeb || url.host().isEmpty() || text.size() > maximumIcon)
            throw badRequest("icon",
                             QStringLiteral("The icon must be the URL of an image, https://… or http://…."));
        return text;
    }
    }
    Q_UNREACHABLE();
}

int checkedKind(int kind)
{
    if (kind < 0 || kind > Event::maximumKind)
        throw badRequest("kind", QStringLiteral("A kind is a whole number between 0 and 65535."));
    return kind;
}

/// One spelling for each address: an IPv4 address inside IPv6 is that IPv4 address. Null for anything else.
QHostAddress canonical(const QString &text)
{
    QHostAddress address(text);
    bool isIPv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIPv4);
    return isIPv4 ? QHostAddress(ipv4) : address;
}

QHostAddress checkedAddress(const QString &given)
{
    const QString text = given.trimmed();
    const QHostAddress address = canonical(text);
    // QHostAddress reads "1" and "010.0.0.1" too, each as an address that nobody meant.
    const bool isOddIPv4 =
        QHostAddress(text).protocol() == QHostAddress::IPv4Protocol && address.toString() != text;
    if (address.isNull() || isOddIPv4 || !address.scopeId().isEmpty())
        throw badRequest("ip", QStringLiteral("This is no IPv4 or IPv6 address."));
    return address;
}

QHostAddress addressIn(const QByteArray &source)
{
    return canonical(QString::fromLatin1(source.mid(source.lastIndexOf(' ') + 1)));
}

} // namespace

RelayManagement::RelayManagement(Database &database, const Clock &clock, RelayAccounts &accounts,
                                 ModerationQueue &queue, Activity &activity, Changes &changes,
                                 QObject *parent)
    : QObject(parent)
    , m_store(std::make_unique<RelayManagementStore>(database))
    , m_database(database)
    , m_clock(clock)
    , m_accounts(accounts)
    , m_queue(queue)
    , m_activity(activity)
{
    connect(&changes, &Changes::changed, this, [this](const std::vector<Change> &batch) {
        m_stale = m_stale || std::any_of(batch.begin(), batch.end(), [](const Change &change) {
                      return change.kind == QLatin1String(changeKind);
                  });
    });
}

RelayManagement::~RelayManagement() = default;

void RelayManagement::note(Transaction &transaction, const char *action, const QString &subject,
                           const QString &reason, const QString &actor)
{
    m_activity.record(transaction, {actor, QLatin1String(action), subject, reason, {}, {}});
    transaction.changed(changeKind, subject);
}

void RelayManagement::banPubkey(const PubKey &key, const QString &reason, const QString &actor)
{
    m_accounts.ban(key, reason, actor);
}

void RelayManagement::unbanPubkey(const PubKey &key, const QString &reason, const QString &actor)
{
    m_accounts.liftRevocation(key, reason, actor);
}

void RelayManagement::allowPubkey(const PubKey &key, const QString &reason, const QString &actor)
{
    m_accounts.grant(key, AccessLevel::Write, reason, actor);
}

void RelayManagement::unallowPubkey(const PubKey &key, const QString &reason, const QString &actor)
{
    m_accounts.withdrawWrite(key, reason, actor);
}

void RelayManagement::allowEvent(const EventId &id, const QString &reason, const QString &actor)
{
    checkReason(reason);
    bool wasBanned = false;
    {
        Transaction transaction(m_database);
        wasBanned = m_store->remove(RuleList::BannedEvents, id.text());
        if (wasBanned) {
            note(transaction, "relay.unban_event", id.text(), reason, actor);
            transaction.commit();
        }
    }
    if (m_queue.find(id))
        m_queue.approve(id, actor);
    else if (!wasBanned)
        throw notFound(QStringLiteral("No event with this id waits for a decision or is banned."),
                       "event_not_found");
}

void RelayManagement::banEvent(const EventId &id, const QString &reason, const QString &actor)
{
    checkReason(reason);
    const std::optional<QueuedEvent> queued = m_queue.find(id);
    const bool isApproved =
        queued && (queued->status == QueueStatus::Approved || queued->status == QueueStatus::AutoApproved);
    if (queued && !isApproved) {
        m_queue.reject(id, reason, actor);
        return;
    }
    Transaction transaction(m_database);
    if (!m_store->add(RuleList::BannedEvents, id.text(), reason, actor, m_clock.now()))
        return;
    if (isApproved) {
        ModerationStore(m_database)
            .endPublishing(id, QStringLiteral("not published: banned after the approval"));
        transaction.changed("queue_event", id.text());
    }
    note(transaction, "relay.ban_event", id.text(), reason, actor);
    transaction.commit();
}

RelayProfile RelayManagement::profile()
{
    return {m_store->profile(ProfileField::Name).value_or(QStringLiteral("Timmy Tower")),
            m_store->profile(ProfileField::Description)
                .value_or(QStringLiteral(
                    "A relay with a whitelist: access is earned by trust, or granted by the operator.")),
            m_store->profile(ProfileField::Icon).value_or(QString())};
}

void RelayManagement::changeProfile(ProfileField field, const QString &text, const QString &actor)
{
    const QString value = checkedProfile(field, text);
    Transaction transaction(m_database);
    const QString before = m_store->profile(field).value_or(QString());
    if (before == value)
        return;
    m_store->setProfile(field, value);
    const QString name = toText(field);
    m_activity.record(
        transaction,
        {actor, QStringLiteral("relay.change_") + name, name, {}, {{name, before}}, {{name, value}}});
    transaction.changed(changeKind, name);
    transaction.commit();
}

void RelayManagement::allowKind(int kind, const QString &actor)
{
    const QString item = QString::number(checkedKind(kind));
    Transaction transaction(m_database);
    const bool lifted = m_store->remove(RuleList::DisallowedKinds, item);
    // Allowing undoes disallowing; it must not also end the taking of all other kinds.
    const bool toBeListed = !lifted || !m_store->isEmpty(RuleList::AllowedKinds);
    const bool listed = toBeListed && m_store->add(RuleList::AllowedKinds, item, {}, actor, m_clock.now());
    if (!lifted && !listed)
        return;
    note(transaction, "relay.allow_kind", item, {}, actor);
    transaction.commit();
}

void RelayManagement::disallowKind(int kind, const QString &actor)
{
    const QString item = QString::number(checkedKind(kind));
    Transaction transaction(m_database);
    const bool unlisted = m_store->remove(RuleList::AllowedKinds, item);
    const bool added = m_store->add(RuleList::DisallowedKinds, item, {}, actor, m_clock.now());
    if (!unlisted && !added)
        return;
    note(transaction, "relay.disallow_kind", item, {}, actor);
    transaction.commit();
}

std::vector<int> RelayManagement::allowedKinds()
{
    const QSet<int> &kinds = rules().allowedKinds;
    std::vector<int> out(kinds.begin(), kinds.end());
    std::sort(out.begin(), out.end());
    return out;
}

void RelayManagement::blockIp(const QString &address, const QString &reason, const QString &actor)
{
    const QString item = checkedAddress(address).toString();
    checkReason(reason);
    Transaction transaction(m_database);
    if (!m_store->add(RuleList::BlockedIps, item, reason, actor, m_clock.now()))
        return;
    note(transaction, "relay.block_ip", item, reason, actor);
    transaction.commit();
}

void RelayManagement::unblockIp(const QString &address, const QString &actor)
{
    const QString item = checkedAddress(address).toString();
    Transaction transaction(m_database);
    if (!m_store->remove(RuleList::BlockedIps, item))
        return;
    note(transaction, "relay.unblock_ip", item, {}, actor);
    transaction.commit();
}

std::vector<ManagedItem> RelayManagement::listOn(Database &database, ManagementList list, Millis now)
{
    return RelayManagementStore(database).list(list, now);
}

const RelayManagement::Rules &RelayManagement::rules()
{
    if (!m_stale)
        return m_rules;
    Rules read;
    for (const QString &item : m_store->items(RuleList::BannedEvents)) {
        if (const auto id = EventId::fromHex(item))
            read.bannedEvents.insert(*id);
    }
    for (const QString &item : m_store->items(RuleList::AllowedKinds))
        read.allowedKinds.insert(item.toInt());
    for (const QString &item : m_store->items(RuleList::DisallowedKinds))
        read.disallowedKinds.insert(item.toInt());
    for (const QString &item : m_store->items(RuleList::BlockedIps))
        read.blockedIps.insert(QHostAddress(item));
    m_rules = std::move(read);
    m_stale = false;
    return m_rules;
}

bool RelayManagement::isBanned(const EventId &id)
{
    return rules().bannedEvents.contains(id);
}

std::optional<RelayManagement::Refusal> RelayManagement::refusal(int kind, const QByteArray &source)
{
    const Rules &now = rules();
    const bool isListed = now.allowedKinds.isEmpty() || now.allowedKinds.contains(kind);
    if (!isListed || now.disallowedKinds.contains(kind))
        return Refusal{"kind-not-allowed",
                       "blocked: this relay does not take events of kind " + QByteArray::number(kind)};
    if (!now.blockedIps.isEmpty() && now.blockedIps.contains(addressIn(source)))
        return Refusal{"blocked-ip", "blocked: your network address is blocked here; write to the operator"};
    return std::nullopt;
}

} // namespace tower
