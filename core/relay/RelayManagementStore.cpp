// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/RelayManagementStore.h"

namespace tower {

namespace {

const char *nameOf(RuleList list)
{
    switch (list) {
    case RuleList::BannedEvents:
        return "banned-event";
    case RuleList::AllowedKinds:
        return "allowed-kind";
    case RuleList::DisallowedKinds:
        return "disallowed-kind";
    case RuleList::BlockedIps:
        return "blocked-ip";
    }
    Q_UNREACHABLE();
}

constexpr const char *revokedAccounts = R"sql(
    SELECT a.pubkey AS item, a.notes AS reason FROM relay_accounts a
    WHERE a.revoked_at IS NOT NULL
    ORDER BY a.revoked_at DESC, a.pubkey DESC LIMIT ?)sql";

constexpr const char *allowedAccounts = R"sql(
    SELECT a.pubkey AS item, a.notes AS reason FROM relay_accounts a
    WHERE a.granted_by = 'manual' AND a.access_level = 'write' AND a.revoked_at IS NULL
      AND (a.expires_at IS NULL OR a.expires_at > ?)
    ORDER BY a.granted_at DESC, a.pubkey DESC LIMIT ?)sql";

constexpr const char *waitingEvents = R"sql(
    SELECT q.event_id AS item, q.review_reason AS reason FROM relay_event_queue q
    WHERE q.status = ? ORDER BY q.created_at, q.event_id LIMIT ?)sql";

constexpr const char *rejectedEvents = R"sql(
    SELECT q.event_id AS item, q.review_reason AS reason FROM relay_event_queue q
    WHERE q.status = 'rejected' ORDER BY q.created_at DESC, q.event_id DESC LIMIT ?)sql";

constexpr const char *newestRules = R"sql(
    SELECT r.item AS item, r.reason AS reason FROM relay_rules r
    WHERE r.list = ? ORDER BY r.created_at DESC, r.item DESC LIMIT ?)sql";

} // namespace

QString toText(ProfileField field)
{
    switch (field) {
    case ProfileField::Name:
        return QStringLiteral("name");
    case ProfileField::Description:
        return QStringLiteral("description");
    case ProfileField::Icon:
        return QStringLiteral("icon");
    }
    Q_UNREACHABLE();
}

bool RelayManagementStore::add(RuleList list, const QString &item, const QString &reason,
                               const QString &actor, Millis now)
{
    return m_database.execute(R"sql(
        INSERT INTO relay_rules (list, item, reason, actor, created_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (list, item) DO NOTHING)sql",
                              {nameOf(list), item, reason, actor, now}) == 1;
}

bool RelayManagementStore::remove(RuleList list, const QString &item)
{
    return m_database.execute("DELETE FROM relay_rules WHERE list = ? AND item = ?", {nameOf(list), item}) ==
           1;
}

bool RelayManagementStore::isEmpty(RuleList list)
{
    return m_database.number(
               "SELECT COUNT(*) AS n FROM (SELECT item FROM relay_rules WHERE list = ? LIMIT 1) first",
               {nameOf(list)}) == 0;
}

std::vector<QString> RelayManagementStore::items(RuleList list)
{
    return m_database.all("SELECT item FROM relay_rules WHERE list = ? ORDER BY item", {nameOf(list)},
                          [](const Row &row) { return row.text("item"); });
}

std::optional<QString> RelayManagementStore::profile(ProfileField field)
{
    return m_database.one("SELECT value FROM relay_profile WHERE field = ?", {toText(field)},
                          [](const Row &row) { return row.text("value"); });
}

void RelayManagementStore::setProfile(ProfileField field, const QString &value)
{
    if (value.isEmpty()) {
        m_database.execute("DELETE FROM relay_profile WHERE field = ?", {toText(field)});
        return;
    }
    m_database.execute(R"sql(
        INSERT INTO relay_profile (field, value) VALUES (?, ?)
        ON CONFLICT (field) DO UPDATE SET value = excluded.value)sql",
                       {toText(field), value});
}

std::vector<std::pair<std::string, Binds>> RelayManagementStore::listQueries(ManagementList list, Millis now)
{
    switch (list) {
    case ManagementList::BannedPubkeys:
        return {{revokedAccounts, {listLimit}}};
    case ManagementList::AllowedPubkeys:
        return {{allowedAccounts, {now, listLimit}}};
    case ManagementList::EventsNeedingModeration:
        return {{waitingEvents, {toText(QueueStatus::Flagged), listLimit}},
                {waitingEvents, {toText(QueueStatus::Pending), listLimit}}};
    case ManagementList::BannedEvents:
        return {{newestRules, {nameOf(RuleList::BannedEvents), listLimit}}, {rejectedEvents, {listLimit}}};
    case ManagementList::BlockedIps:
        return {{newestRules, {nameOf(RuleList::BlockedIps), listLimit}}};
    }
    Q_UNREACHABLE();
}

std::vector<ManagedItem> RelayManagementStore::list(ManagementList list, Millis now)
{
    std::vector<ManagedItem> out;
    for (const auto &[sql, binds] : listQueries(list, now)) {
        m_database.read(sql, binds, [&out](const Row &row) {
            out.push_back({row.text("item"), row.text("reason")});
            return true;
        });
    }
    return out;
}

} // namespace tower
