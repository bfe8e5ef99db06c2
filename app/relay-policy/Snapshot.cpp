// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/Snapshot.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace tower {

namespace {

constexpr int giftWrapKind = 1059; // NIP-59: signed by a one-time key, so its recipient is what counts

constexpr int recipientsLookedAt = 10;

/// The list's entries, each read by `read`; nullopt when one can't be, or when it is no list.
template <class T, class Read>
std::optional<QSet<T>> setFrom(const QJsonValue &value, Read read)
{
    if (!value.isArray())
        return std::nullopt;
    QSet<T> set;
    const QJsonArray list = value.toArray();
    for (const QJsonValue &entry : list) {
        const std::optional<T> item = read(entry);
        if (!item)
            return std::nullopt;
        set.insert(*item);
    }
    return set;
}

std::optional<int> kindFrom(const QJsonValue &value)
{
    const int kind = value.toInt(-1);
    return kind >= 0 && kind <= Event::maximumKind ? std::optional(kind) : std::nullopt;
}

std::optional<EventId> idFrom(const QJsonValue &value)
{
    return EventId::fromHex(value.toString());
}

/// An IPv4 address inside IPv6 is that IPv4 address.
std::optional<QHostAddress> addressFrom(const QString &text)
{
    const QHostAddress address(text);
    if (address.isNull())
        return std::nullopt;
    bool isIPv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIPv4);
    return isIPv4 ? QHostAddress(ipv4) : address;
}

std::optional<QSet<int>> kindsFrom(const QJsonValue &value)
{
    return setFrom<int>(value, kindFrom);
}

} // namespace

std::optional<Snapshot::Rules> Snapshot::rulesFrom(const QJsonObject &object)
{
    const auto list = [&object](const char *name) { return object.value(QLatin1String(name)); };
    const auto orNone = [](const QJsonValue &value) {
        return value.isUndefined() ? QJsonValue(QJsonArray()) : value;
    };
    const auto bannedEvents = setFrom<EventId>(orNone(list("bannedEvents")), idFrom);
    const auto allowedKinds = kindsFrom(orNone(list("allowedKinds")));
    const auto disallowedKinds = kindsFrom(orNone(list("disallowedKinds")));
    const auto blockedIps = setFrom<QHostAddress>(
        orNone(list("blockedIps")), [](const QJsonValue &value) { return addressFrom(value.toString()); });
    if (!bannedEvents || !allowedKinds || !disallowedKinds || !blockedIps)
        return std::nullopt;
    return Rules{*bannedEvents, *allowedKinds, *disallowedKinds, *blockedIps};
}

std::optional<Snapshot> Snapshot::parse(const QByteArray &json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    const auto openKinds = kindsFrom(object["openKinds"]);
    const auto unmoderatedKinds = kindsFrom(object["unmoderatedKinds"]);
    const auto rules = rulesFrom(object);
    if (!openKinds || !unmoderatedKinds || !rules || !object["accounts"].isArray() ||
        !object.contains("timmy"))
        return std::nullopt;

    Snapshot snapshot;
    snapshot.m_openKinds = *openKinds;
    snapshot.m_unmoderatedKinds = *unmoderatedKinds;
    snapshot.m_rules = *rules;
    if (const QJsonValue timmy = object["timmy"]; !timmy.isNull()) {
        snapshot.m_timmy = PubKey::fromHex(timmy.toString());
        if (!snapshot.m_timmy)
            return std::nullopt;
    }
    const QJsonArray accounts = object["accounts"].toArray();
    snapshot.m_accounts.reserve(accounts.size());
    for (const QJsonValue &entry : accounts) {
        const QJsonObject account = entry.toObject();
        const auto key = PubKey::fromHex(account["pubkey"].toString());
        if (!key)
            return std::nullopt;
        const QString access = account["access"].toString();
        const Access level = access == "write"  ? Access::Write
                             : access == "read" ? Access::Read
                                                : Access::None;
        snapshot.m_accounts.insert(*key, {level, account["tier"].toString() == "elite"});
    }
    return snapshot;
}

Verdict Snapshot::judge(const Event &event, const QByteArray &source) const
{
    if (m_rules.bannedEvents.contains(event.id))
        return Verdict::reject("blocked: this post was banned by the operator");
    if (m_timmy && event.pubkey == *m_timmy)
        return Verdict::accept();
    if (!takesKind(event.kind))
        return Verdict::reject("blocked: this relay does not take events of kind " +
                               QByteArray::number(event.kind));
    if (!m_rules.blockedIps.isEmpty() &&
        m_rules.blockedIps.contains(addressFrom(QString::fromLatin1(source)).value_or(QHostAddress())))
        return Verdict::reject("blocked: your network address is blocked here; write to the operator");
    if (isOpen(event))
        return Verdict::accept();
    const Account account = m_accounts.value(event.pubkey);
    if (account.access == Access::None)
        return Verdict::reject(
            "blocked: this relay takes posts of its members only; earn access or ask the operator");
    if (account.access == Access::Read)
        return Verdict::reject(
            "restricted: you may read here, not post yet; earn more trust or ask the operator");
    if (event.isEphemeral() || m_unmoderatedKinds.contains(event.kind) || account.elite)
        return Verdict::accept();
    return Verdict::unavailable();
}

bool Snapshot::takesKind(int kind) const
{
    const bool isListed = m_rules.allowedKinds.isEmpty() || m_rules.allowedKinds.contains(kind);
    return isListed && !m_rules.disallowedKinds.contains(kind);
}

bool Snapshot::isOpen(const Event &event) const
{
    return m_openKinds.contains(event.kind) && (event.kind != giftWrapKind || addressesMember(event));
}

bool Snapshot::addressesMember(const Event &event) const
{
    int looked = 0;
    for (const auto &tag : event.tags) {
        if (tag.size() < 2 || tag[0] != "p")
            continue;
        const auto key = PubKey::fromHex(QByteArrayView(tag[1]));
        if (key && m_accounts.value(*key).access != Access::None)
            return true;
        if (++looked == recipientsLookedAt)
            return false;
    }
    return false;
}

} // namespace tower
