// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moderation/ModerationPage.h"

#include "core/nostr/Nip19.h"
#include "ui/moderation/QueueDetail.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"

#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

std::vector<Column<QueuedEvent>> columns()
{
    using Queued = QueuedEvent;
    return {
        {.info = {"status", ModerationPage::tr("State"), CellKind::Pill, {}, 110},
         .pill = [](const Queued &e) { return lookOf(e.status); },
         .raw = [](const Queued &e) { return toText(e.status); }},
        {.info = {"pubkey", ModerationPage::tr("Author"), CellKind::Key, {}, 150},
         .text = [](const Queued &e) { return QString::fromLatin1(toNpub(e.pubkey)); }},
        {.info = {"tier", ModerationPage::tr("Tier"), CellKind::Pill, {}, 110},
         .pill = [](const Queued &e) { return lookOf(e.tier); },
         .raw = [](const Queued &e) { return toText(e.tier); }},
        {.info = {"kind", ModerationPage::tr("Kind"), CellKind::Text, {}, 90},
         .text = [](const Queued &e) { return wordOfKind(e.kind); },
         .raw = [](const Queued &e) { return QString::number(e.kind); }},
        {.info = {"created_at", ModerationPage::tr("Age"), CellKind::Time, {}, 80},
         .time = [](const Queued &e) { return std::optional(e.createdAt); }},
        {.info = {"verdict", ModerationPage::tr("Verdict"), CellKind::Text, {}, 130, false},
         .text = [](const Queued &e) { return e.reviewReason; }},
        {.info = {"content", ModerationPage::tr("Text"), CellKind::Text, {}, 300},
         .text = [](const Queued &e) { return QString::fromUtf8(e.content.left(400)); },
         .tooltip = [](const Queued &) { return QString(); },
         .raw = [](const Queued &e) { return QString::fromUtf8(e.content); }},
        {.info = {"event_id", ModerationPage::tr("Event"), CellKind::Key, {}, 140, false},
         .text = [](const Queued &e) { return e.eventId.text(); }},
    };
}

bool isOpen(QueueStatus status)
{
    return status == QueueStatus::Pending || status == QueueStatus::Flagged;
}

} // namespace

ModerationPage::ModerationPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Moderation"), context, parent)
    , m_filter(std::make_shared<QueueFilter>())
    , m_panel(new DetailPanel(this))
    , m_confirm(new ConfirmBar(this))
    , m_reason(new QLineEdit(this))
{
    m_filter->status = QueueStatus::Pending;
    RowSource<QueuedEvent> source{
        .key = [](const QueuedEvent &e) { return e.eventId.text(); },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                core().run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.moderationQueue.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before =
            [filter = m_filter](const QueuedEvent &a, const QueuedEvent &b) {
                const bool oldestFirst = filter->status && isOpen(*filter->status);
                return oldestFirst ? a.createdAt < b.createdAt : b.createdAt < a.createdAt;
            },
    };
    m_model = new KeyedModel<QueuedEvent>(columns(), std::move(source), this);
    m_table = new DataTable(QStringLiteral("moderation"), *m_model, &context.settings, this);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_confirm);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({700, 360});
    rememberSplitter(splitter, &context.settings, QStringLiteral("moderation"));
    content()->addWidget(splitter, 1);

    buildTable();
    buildActions();
    connect(&core(), &Core::changed, this, &ModerationPage::follow);
    m_model->restart();
}

void ModerationPage::buildTable()
{
    m_table->setFilterHint(tr("Author (npub or hex)"));
    m_table->setEmpty(QStringLiteral("moderation"),
                      tr("Nothing waits. Events of writers who are not elite will appear here."),
                      tr("No event matches the filter."));
    auto *status = new QComboBox(this);
    status->setAccessibleName(tr("Which events"));
    for (const auto each : {QueueStatus::Pending, QueueStatus::Flagged, QueueStatus::Approved,
                            QueueStatus::AutoApproved, QueueStatus::Rejected})
        status->addItem(lookOf(each).word, static_cast<int>(each));
    status->addItem(tr("all"), -1);
    m_table->addFilter(status);
    connect(status, &QComboBox::currentIndexChanged, this, [this, status] {
        const int chosen = status->currentData().toInt();
        m_filter->status = chosen < 0 ? std::optional<QueueStatus>() : static_cast<QueueStatus>(chosen);
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, [this](const QString &text) {
        try {
            m_filter->author = text.isEmpty() ? std::optional<PubKey>() : parsePubKey(text);
            restart();
        } catch (const ServiceError &error) {
            sayError(error);
        }
    });
    connect(m_table, &DataTable::activated, this, &ModerationPage::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        for (QAction *action : m_onSelection)
            action->setEnabled(!keys.isEmpty());
        if (keys.size() == 1)
            showDetail(keys.first());
    });
}

void ModerationPage::buildActions()
{
    m_reason->setPlaceholderText(tr("Reason for rejecting"));
    m_reason->setAccessibleName(m_reason->placeholderText());
    m_reason->setMaximumWidth(240);
    addHeaderWidget(m_reason);
    const auto add = [this](const QString &name, const QString &text, auto slot) {
        auto *action = new QAction(icon(name), text, this);
        connect(action, &QAction::triggered, this, slot);
        m_table->addTableAction(action);
        return action;
    };
    auto *reject = add(QStringLiteral("close"), tr("Reject"), &ModerationPage::rejectSelected);
    auto *author = add(QStringLiteral("revoke"), tr("Reject all of author…"), &ModerationPage::rejectAuthor);
    add(QStringLiteral("bad"), tr("Clear…"), &ModerationPage::clearQueue);
    m_onSelection = {reject, author};
    for (QAction *action : m_onSelection)
        action->setEnabled(false);

    // Single letters act in the rows only: elsewhere they are text.
    const auto onKey = [this](Qt::Key key, auto then) {
        auto *action = new QAction(this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetShortcut);
        m_table->view()->addAction(action);
        connect(action, &QAction::triggered, this, then);
    };
    onKey(Qt::Key_J, [this] { step(1); });
    onKey(Qt::Key_K, [this] { step(-1); });
    onKey(Qt::Key_R, [this] { rejectSelected(); });
    reject->setToolTip(tr("Reject (R); J and K move"));
}

void ModerationPage::step(int by)
{
    const int row =
        std::clamp(m_table->view()->currentIndex().row() + by, 0, std::max(0, m_model->rowCount() - 1));
    if (row < m_model->rowCount())
        m_table->select(m_model->key(row));
}

void ModerationPage::restart()
{
    m_table->setFiltered(m_filter->author.has_value());
    m_model->restart();
}

QString ModerationPage::reason() const
{
    return m_reason->text().trimmed();
}

void ModerationPage::open(const QString &key)
{
    if (m_model->rowOf(key) >= 0) {
        m_table->select(key);
        return;
    }
    // An event id and a public key look alike: an event that is known wins.
    const auto id = EventId::fromHex(key);
    if (!id)
        return;
    act([id = *id](Services &s) { return s.moderationQueue.find(id); },
        [this, key](const std::optional<QueuedEvent> &event) {
            if (event) {
                m_panel->present(tr("Event"), new QueueDetail(*event));
            } else {
                m_filter->author = PubKey::fromHex(key);
                restart();
            }
        });
}

void ModerationPage::showDetail(const QString &key)
{
    if (const QueuedEvent *event = m_model->find(key))
        m_panel->present(tr("Event"), new QueueDetail(*event));
}

void ModerationPage::rejectSelected()
{
    const QStringList keys = m_table->selectedKeys();
    if (keys.isEmpty())
        return;
    const int next = m_model->rowOf(keys.first());
    act(
        [keys, why = reason(), actor = context().actor](Services &s) {
            int rejected = 0;
            for (const QString &key : keys) {
                if (const auto id = EventId::fromHex(key)) {
                    s.moderationQueue.reject(*id, why, actor);
                    ++rejected;
                }
            }
            return rejected;
        },
        [this, keys, next](int rejected) {
            context().undo.tell(tr("Rejected %n event(s)", nullptr, rejected));
            if (m_filter->status && *m_filter->status != QueueStatus::Rejected) {
                for (const QString &key : keys)
                    m_model->remove(key);
            }
            if (next < m_model->rowCount())
                m_table->select(m_model->key(next));
        });
}

void ModerationPage::rejectAuthor()
{
    const QueuedEvent *event = m_model->find(m_table->currentKey());
    if (!event)
        return;
    m_confirm->ask(tr("Reject everything that waits of %1?")
                       .arg(words::shortened(QString::fromLatin1(toNpub(event->pubkey)))),
                   tr("Reject all"), [this, author = event->pubkey] { rejectAll(author); });
}

void ModerationPage::clearQueue()
{
    act([](Services &s) { return s.moderationQueue.stats(); },
        [this](const QueueStats &stats) {
            const auto waiting = static_cast<int>(stats.pending + stats.flagged);
            if (waiting == 0) {
                context().undo.tell(tr("The queue is empty."));
                return;
            }
            m_confirm->ask(tr("Reject all %n waiting event(s), whoever wrote them?", nullptr, waiting),
                           tr("Reject %n event(s)", nullptr, waiting), [this] { rejectAll({}); });
        });
}

void ModerationPage::rejectAll(const std::optional<PubKey> &author)
{
    act([author, why = reason(),
         actor = context().actor](Services &s) { return s.moderationQueue.rejectAll(author, why, actor); },
        [this](int rejected) {
            context().undo.tell(tr("Rejected %n event(s)", nullptr, rejected));
            m_model->refresh();
        });
}

void ModerationPage::follow(const std::vector<Change> &changes)
{
    std::vector<EventId> ids;
    for (const Change &change : changes) {
        if (const auto id = EventId::fromHex(change.id); id && change.kind == QLatin1String("queue_event"))
            ids.push_back(*id);
    }
    constexpr std::size_t many = 500;
    if (ids.size() > many)
        m_model->refresh();
    if (ids.empty() || ids.size() > many)
        return;
    core().run(
        this,
        [ids](Services &s) {
            std::vector<std::pair<EventId, std::optional<QueuedEvent>>> rows;
            for (const EventId &id : ids)
                rows.emplace_back(id, s.moderationQueue.find(id));
            return rows;
        },
        [this](const std::vector<std::pair<EventId, std::optional<QueuedEvent>>> &rows) {
            for (const auto &[id, event] : rows) {
                const bool mine = event && (!m_filter->status || event->status == *m_filter->status) &&
                                  (!m_filter->author || event->pubkey == *m_filter->author);
                if (mine)
                    m_model->upsert(*event);
                else
                    m_model->remove(id.text());
            }
        });
}

} // namespace tower
