// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moderation/QueueModel.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Looks.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::QueueModel)
};

using Queued = QueuedEvent;

constexpr int shownCharacters = 400;

std::vector<Column<Queued>> columns()
{
    return {
        {.info = {"status", Text::tr("State"), CellKind::Pill, {}, 116},
         .tooltip = [](const Queued &e) { return e.publishAnswer; },
         .pill = [](const Queued &e) { return progressOf(e); },
         .raw = [](const Queued &e) { return toText(e.status); }},
        {.info = {"pubkey", Text::tr("Author"), CellKind::Key, {}, 150},
         .text = [](const Queued &e) { return QString::fromLatin1(toNpub(e.pubkey)); }},
        {.info = {"tier", Text::tr("Tier"), CellKind::Pill, {}, 110},
         .pill = [](const Queued &e) { return lookOf(e.tier); },
         .raw = [](const Queued &e) { return toText(e.tier); }},
        {.info = {"kind", Text::tr("Kind"), CellKind::Text, {}, 84},
         .text = [](const Queued &e) { return wordOfKind(e.kind); },
         .raw = [](const Queued &e) { return QString::number(e.kind); }},
        {.info = {"created_at", Text::tr("Age"), CellKind::Time, {}, 70},
         .time = [](const Queued &e) { return std::optional(e.createdAt); }},
        {.info = {"ai_verdict", Text::tr("Verdict"), CellKind::Pill, {}, 96},
         .tooltip = [](const Queued &e) { return e.aiReason; },
         .pill = [](const Queued &e) { return lookOfVerdict(e.aiVerdict); },
         .raw = [](const Queued &e) { return e.aiVerdict; }},
        {.info = {"reviewed_by", Text::tr("Decided by"), CellKind::Text, {}, 120, false},
         .text = [](const Queued &e) { return e.reviewedBy; }},
        {.info = {"review_reason", Text::tr("Reason"), CellKind::Text, {}, 140, false},
         .text = [](const Queued &e) { return e.reviewReason; }},
        {.info = {"publish_state", Text::tr("Publishing"), CellKind::Pill, {}, 116, false},
         .pill = [](const Queued &e) { return lookOf(e.publishState); },
         .raw = [](const Queued &e) { return toText(e.publishState); }},
        {.info = {"event_id", Text::tr("Event"), CellKind::Key, {}, 140, false},
         .text = [](const Queued &e) { return e.eventId.text(); }},
        {.info = {"content", Text::tr("Text"), CellKind::Text, {}, 300},
         .text = [](const Queued &e) { return QString::fromUtf8(e.content).left(shownCharacters); },
         .tooltip = [](const Queued &) { return QString(); },
         .raw = [](const Queued &e) { return QString::fromUtf8(e.content); }},
    };
}

} // namespace

bool isOpen(QueueStatus status)
{
    return status == QueueStatus::Pending || status == QueueStatus::Flagged;
}

QueueModel *makeQueueModel(Core &core, std::shared_ptr<QueueFilter> filter, QObject *context)
{
    RowSource<Queued> source{
        .key = [](const Queued &e) { return e.eventId.text(); },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.moderationQueue.list(asked, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before =
            [filter](const Queued &a, const Queued &b) {
                const bool oldestFirst = filter->status && isOpen(*filter->status);
                return oldestFirst ? a.createdAt < b.createdAt : b.createdAt < a.createdAt;
            },
    };
    return new QueueModel(columns(), std::move(source), context);
}

} // namespace tower
