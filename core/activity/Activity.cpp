// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activity/Activity.h"

#include "core/activity/ActivityChain.h"
#include "core/base/Error.h"
#include "core/store/KeysetQuery.h"

#include <QJsonDocument>

namespace tower {

namespace {

constexpr auto columns = "id, at, actor, action, subject, reason, before, after, previous_hash, hash";

ActivityRow rowFrom(const Row &row)
{
    ActivityRow out;
    out.id = row.integer("id");
    out.at = row.millis("at");
    out.entry.actor = row.text("actor");
    out.entry.action = row.text("action");
    out.entry.subject = row.text("subject");
    out.entry.reason = row.text("reason");
    out.entry.before = QJsonDocument::fromJson(row.utf8("before")).object();
    out.entry.after = QJsonDocument::fromJson(row.utf8("after")).object();
    out.previousHash = row.utf8("previous_hash");
    out.hash = row.utf8("hash");
    return out;
}

/// Locked until the end of the transaction: writers of several processes follow one another.
ActivityRow lockHead(Database &database)
{
    const auto sql = database.engine() == Engine::Postgres
                         ? "SELECT last_id, last_hash FROM activity_head WHERE one = 1 FOR UPDATE"
                         : "SELECT last_id, last_hash FROM activity_head WHERE one = 1";
    const auto head = database.one(sql, {}, [](const Row &row) {
        ActivityRow last;
        last.id = row.integer("last_id");
        last.hash = row.utf8("last_hash");
        return last;
    });
    if (!head)
        throw internalError(QStringLiteral("The end of the activity chain is not recorded any more."));
    return *head;
}

} // namespace

Activity::Activity(Database &database, const Clock &clock)
    : m_database(database)
    , m_clock(clock)
{
}

void Activity::record(Transaction &transaction, ActivityEntry entry)
{
    if (entry.actor.isEmpty() || entry.action.isEmpty())
        throw internalError(QStringLiteral("An activity entry needs an actor and an action."));
    auto batch = m_batch.lock();
    if (!batch || batch->written) {
        batch = std::make_shared<Batch>();
        m_batch = batch;
        // The hook adds a hook: so the head is locked after all that other hooks do.
        transaction.beforeCommit([this, &transaction, batch] {
            transaction.beforeCommit([this, &transaction, batch] { write(transaction, *batch); });
        });
    }
    batch->entries.push_back(std::move(entry));
}

void Activity::write(Transaction &transaction, Batch &batch)
{
    batch.written = true;
    Database &database = transaction.database();
    ActivityRow row = lockHead(database);
    for (const ActivityEntry &entry : batch.entries) {
        row.previousHash = row.hash;
        ++row.id;
        row.at = m_clock.now();
        row.entry = entry;
        row.hash = activitychain::hashOf(row);
        database.execute(R"(
            INSERT INTO activity
                (id, at, actor, action, topic, subject, reason, before, after, previous_hash, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                         {row.id, row.at, entry.actor, entry.action, activitychain::topicOf(entry.action),
                          entry.subject, entry.reason, activitychain::toText(entry.before),
                          activitychain::toText(entry.after), row.previousHash, row.hash});
        transaction.changed("activity", QString::number(row.id));
    }
    database.execute("UPDATE activity_head SET last_id = ?, last_hash = ? WHERE one = 1", {row.id, row.hash});
}

Page<ActivityRow> Activity::list(const ActivityFilter &filter, const PageRequest &page)
{
    KeysetQuery query(columns, "activity", "id", KeysetQuery::Key::Integer);
    if (!filter.actor.isEmpty())
        query.where("actor = ?", {filter.actor});
    if (!filter.subject.isEmpty())
        query.where("subject = ?", {filter.subject});
    if (filter.action.endsWith(u'.')) {
        query.where("topic = ?", {activitychain::topicOf(filter.action)});
        if (filter.action.count(u'.') > 1) {
            QString end = filter.action;
            end.back() = QChar(u'.' + 1); // the first text that does not begin with the prefix
            query.where("action >= ? AND action < ?", {filter.action, end});
        }
    } else if (!filter.action.isEmpty()) {
        query.where("action = ?", {filter.action});
    }
    if (filter.since)
        query.where("at >= ?", {*filter.since});
    if (filter.until)
        query.where("at <= ?", {*filter.until});
    query.orderBy("at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, rowFrom);
}

std::optional<ActivityRow> Activity::find(std::int64_t id)
{
    return m_database.one("SELECT id, at, actor, action, subject, reason, before, after, previous_hash, hash "
                          "FROM activity WHERE id = ?",
                          {id}, rowFrom);
}

} // namespace tower
