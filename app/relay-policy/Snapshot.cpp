// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/Snapshot.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace tower {

namespace {

constexpr int giftWrapKind = 1059; // NIP-59: signed by a one-time key, so its recipient is what counts

std::optional<QSet<int>> kindsFrom(const QJsonValue &value)
{
    if (!value.isArray())
        return std::nullopt;
    QSet<int> kinds;
    const QJsonArray list = value.toArray();
    for (const QJsonValue &entry : list) {
        const int kind = entry.toInt(-1);
        if (kind < 0 || kind > Event::maximumKind)
            return std::nullopt;
        kinds.insert(kind);
    }
    return kinds;
}

} // namespace

std::optional<Snapshot> Snapshot::parse(const QByteArray &json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    const auto openKinds = kindsFrom(object["openKinds"]);
    const auto unmoderatedKinds = kindsFrom(object["unmoderatedKinds"]);
    if (!openKinds || !unmoderatedKinds || !object["accounts"].isArray() || !object.contains("timmy"))
        return std::nullopt;

    Snapshot snapshot;
    snapshot.m_openKinds = *openKinds;
    snapshot.m_unmoderatedKinds = *unmoderatedKinds;
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

Verdict Snapshot::judge(const Event &event) const
{
    if (m_timmy && event.pubkey == *m_timmy)
        return Verdict::accept();
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

bool Snapshot::isOpen(const Event &event) const
{
    if (!m_openKinds.contains(event.kind))
        return false;
    if (event.kind != giftWrapKind)
        return true;
    const auto recipient = PubKey::fromHex(QByteArrayView(event.tag("p").value_or(QByteArray())));
    return recipient && m_accounts.value(*recipient).access != Access::None;
}

} // namespace tower
