// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activity/ActivityChain.h"

#include "core/base/Json.h"

#include <QCryptographicHash>
#include <QJsonDocument>

namespace tower {

namespace activitychain {

QByteArray genesis()
{
    return QByteArray(64, '0');
}

QByteArray hashOf(const ActivityRow &row)
{
    const QJsonObject json{{QStringLiteral("id"), static_cast<qint64>(row.id)},
                           {QStringLiteral("at"), static_cast<qint64>(row.at.value())},
                           {QStringLiteral("actor"), row.entry.actor},
                           {QStringLiteral("action"), row.entry.action},
                           {QStringLiteral("subject"), row.entry.subject},
                           {QStringLiteral("reason"), row.entry.reason},
                           {QStringLiteral("before"), row.entry.before},
                           {QStringLiteral("after"), row.entry.after}};
    const QByteArray hashed = QByteArray::fromHex(row.previousHash) + canonicalJson(json);
    return QCryptographicHash::hash(hashed, QCryptographicHash::Sha256).toHex();
}

QString topicOf(const QString &action)
{
    return action.left(action.indexOf(u'.') + 1);
}

QString toText(const QJsonObject &object)
{
    return QString::fromUtf8(canonicalJson(object));
}

} // namespace activitychain

namespace {

constexpr int batchSize = 1000;

struct StoredRow
{
    ActivityRow row;
    QString topic;
    bool readable = true; ///< before and after are JSON, as toText() wrote them
};

QJsonObject objectFrom(const QString &text, bool &readable)
{
    const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
    readable = readable && activitychain::toText(object) == text;
    return object;
}

StoredRow stored(const Row &row)
{
    StoredRow out;
    out.row.id = row.integer("id");
    out.row.at = row.millis("at");
    out.row.entry.actor = row.text("actor");
    out.row.entry.action = row.text("action");
    out.topic = row.text("topic");
    out.row.entry.subject = row.text("subject");
    out.row.entry.reason = row.text("reason");
    out.row.entry.before = objectFrom(row.text("before"), out.readable);
    out.row.entry.after = objectFrom(row.text("after"), out.readable);
    out.row.previousHash = row.utf8("previous_hash");
    out.row.hash = row.utf8("hash");
    return out;
}

/// What is wrong with a row that should follow `previous`; empty when nothing is.
QString flawOf(const StoredRow &stored, std::int64_t expectedId, const QByteArray &previous)
{
    const ActivityRow &row = stored.row;
    if (row.id != expectedId)
        return QStringLiteral("Row %1 is missing.").arg(expectedId);
    if (row.previousHash != previous)
        return QStringLiteral("Row %1 does not follow the row before it.").arg(row.id);
    if (!stored.readable || stored.topic != activitychain::topicOf(row.entry.action) ||
        row.hash != activitychain::hashOf(row))
        return QStringLiteral("Row %1 was changed after it was written.").arg(row.id);
    return {};
}

struct Head
{
    std::int64_t lastId = 0;
    QByteArray lastHash;
    std::int64_t maxId = 0;
};

} // namespace

ChainReport Activity::verify(Database &database, const std::function<bool()> &cancelled)
{
    ChainReport report;
    report.head = activitychain::genesis();
    const auto fail = [&report](std::int64_t id, const QString &detail) {
        report.ok = false;
        report.firstBadId = id;
        report.detail = detail;
        return report;
    };
    // One statement, so one moment: what is written after it is not looked at.
    const auto head =
        database.one(R"(
        SELECT last_id, last_hash, (SELECT max(id) FROM activity) AS max_id FROM activity_head WHERE one = 1)",
                     {}, [](const Row &row) {
                         return Head{row.integer("last_id"), row.utf8("last_hash"), row.integer("max_id")};
                     });
    if (!head)
        return fail(1, QStringLiteral("The chain's end is not recorded any more."));

    while (report.rows < head->lastId) {
        if (cancelled && cancelled())
            return fail(0, QStringLiteral("Cancelled after %1 rows.").arg(report.rows));
        const auto batch = database.all(R"(
            SELECT id, at, actor, action, topic, subject, reason, before, after, previous_hash, hash
            FROM activity WHERE id > ? AND id <= ? ORDER BY id LIMIT ?)",
                                        {report.rows, head->lastId, batchSize}, stored);
        if (batch.empty())
            return fail(report.rows + 1, QStringLiteral("The chain ends at row %1, but %2 were written.")
                                             .arg(report.rows)
                                             .arg(head->lastId));
        for (const StoredRow &row : batch) {
            const QString flaw = flawOf(row, report.rows + 1, report.head);
            if (!flaw.isEmpty())
                return fail(report.rows + 1, flaw);
            report.head = row.row.hash;
            ++report.rows;
        }
    }
    if (head->maxId > head->lastId)
        return fail(head->lastId + 1,
                    QStringLiteral("Row %1 was added past the chain's end.").arg(head->lastId + 1));
    if (report.head != head->lastHash)
        return fail(head->lastId, QStringLiteral("The last row is not the one that was written last."));
    report.detail = QStringLiteral("%1 rows, unbroken.").arg(report.rows);
    return report;
}

} // namespace tower
