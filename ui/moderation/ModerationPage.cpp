// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moderation/ModerationPage.h"

#include "core/nostr/Nip19.h"
#include "ui/moderation/QueueDecisions.h"
#include "ui/moderation/QueueDetail.h"
#include "ui/relay-access/AccessFlow.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"

#include <QComboBox>
#include <QLineEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

/// Whether the detail would show the same: then what is being read there is left alone.
bool looksAlike(const QueuedEvent &a, const QueuedEvent &b)
{
    return a.status == b.status && a.tier == b.tier && a.publishState == b.publishState &&
           a.publishTries == b.publishTries && a.publishAnswer == b.publishAnswer &&
           a.aiVerdict == b.aiVerdict && a.reviewedBy == b.reviewedBy && a.reviewReason == b.reviewReason &&
           a.authorRevokedAt == b.authorRevokedAt;
}

} // namespace

ModerationPage::ModerationPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Moderation"), context, parent)
    , m_filter(std::make_shared<QueueFilter>(QueueFilter{QueueStatus::Pending, {}}))
    , m_model(makeQueueModel(core(), m_filter, this))
    , m_table(new DataTable(QStringLiteral("moderation"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_access(new AccessFlow(context, m_panel, this))
    , m_decisions(new QueueDecisions(core(), context.actor, this))
    , m_confirm(new ConfirmBar(this))
    , m_reason(new QLineEdit(this))
{
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_confirm);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({660, 380});
    rememberSplitter(splitter, &context.settings, QStringLiteral("moderation"));
    content()->addWidget(splitter, 1);

    buildTable();
    buildActions();
    m_table->view()->installEventFilter(this);
    watchDecisions();
    connect(&core(), &Core::changed, this, &ModerationPage::follow);
    m_model->restart();
}

void ModerationPage::buildTable()
{
    m_table->setFilterHint(tr("Author (npub or hex)"));
    m_table->setEmpty(QStringLiteral("moderation"),
                      tr("Nothing waits here. Events of writers who are not elite will appear."),
                      tr("No event matches the filter."));
    m_status = new QComboBox(this);
    m_status->setAccessibleName(tr("Which events"));
    for (const auto each : {QueueStatus::Pending, QueueStatus::Flagged, QueueStatus::Approved,
                            QueueStatus::AutoApproved, QueueStatus::Rejected})
        m_status->addItem(lookOf(each).word, static_cast<int>(each));
    m_status->addItem(tr("all"), -1);
    m_table->addFilter(m_status);
    connect(m_status, &QComboBox::currentIndexChanged, this, [this] {
        const int chosen = m_status->currentData().toInt();
        m_filter->status = chosen < 0 ? std::optional<QueueStatus>() : static_cast<QueueStatus>(chosen);
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, [this](const QString &text) {
        try {
            m_filter->author = text.isEmpty() ? std::optional<PubKey>() : parsePubKey(text);
            message()->hide();
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
    connect(m_model, &TableModel::totalChanged, this, [this] {
        if (std::exchange(m_selectFirst, m_selectFirst && m_model->rowCount() == 0) &&
            m_model->rowCount() > 0 && m_table->selectedKeys().isEmpty())
            m_table->select(m_model->key(0));
    });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailKey.clear();
        m_table->view()->setFocus();
    });
}

void ModerationPage::watchDecisions()
{
    connect(m_decisions, &QueueDecisions::started, this, &ModerationPage::startWork);
    connect(m_decisions, &QueueDecisions::ended, this, &ModerationPage::endWork);
    connect(m_access, &AccessFlow::started, this, &ModerationPage::startWork);
    connect(m_access, &AccessFlow::ended, this, &ModerationPage::endWork);
    connect(m_access, &AccessFlow::problem, this,
            [this](const QString &text) { message()->say(Tone::Warn, text); });
    connect(m_decisions, &QueueDecisions::decided, this, [this](QueueAction action, int count) {
        const QString words = action == QueueAction::Approve ? tr("Approved %n event(s)", nullptr, count)
                                                             : tr("Rejected %n event(s)", nullptr, count);
        if (count == 0)
            context().undo.tell(words);
        else
            context().undo.offer(words, [guard = QPointer<QueueDecisions>(m_decisions)] {
                if (guard)
                    guard->undo();
            });
    });
    connect(m_decisions, &QueueDecisions::refused, this,
            [this](const QStringList &ids, const QString &problem) {
                message()->say(Tone::Bad,
                               ids.size() > 1
                                   ? tr("%n event(s): %1", nullptr, static_cast<int>(ids.size())).arg(problem)
                                   : problem);
                reread(ids);
            });
    connect(m_decisions, &QueueDecisions::undone, this, [this](const std::vector<QueuedEvent> &events) {
        context().undo.tell(tr("Took back %n decision(s)", nullptr, static_cast<int>(events.size())));
        std::vector<std::pair<EventId, std::optional<QueuedEvent>>> rows;
        for (const QueuedEvent &event : events)
            rows.emplace_back(event.eventId, event);
        take(rows);
        m_table->select(events.front().eventId.text());
    });
}

void ModerationPage::restart()
{
    m_table->setFiltered(m_filter->author.has_value());
    m_selectFirst = true;
    m_model->restart();
}

void ModerationPage::showStatus(int status)
{
    m_status->setCurrentIndex(m_status->findData(status));
}

QString ModerationPage::takeReason()
{
    const QString reason = m_reason->text().trimmed();
    m_reason->clear();
    return reason;
}

void ModerationPage::open(const QString &key)
{
    if (const auto status = queueStatusFromText(key)) {
        m_table->filterBox()->clear();
        m_filter->author.reset();
        showStatus(static_cast<int>(*status));
        restart();
        return;
    }
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
            if (event)
                present(*event);
            else
                m_table->filterBox()->setText(key);
        });
}

void ModerationPage::showDetail(const QString &key)
{
    if (const QueuedEvent *event = m_model->find(key))
        present(*event);
}

void ModerationPage::present(const QueuedEvent &event)
{
    m_detailKey = event.eventId.text();
    auto *detail = new QueueDetail(core(), event);
    connect(detail, &QueueDetail::asksAuthor, this, [this](const PubKey &author) {
        showStatus(-1);
        m_table->filterBox()->setText(author.text());
    });
    m_panel->present(tr("Event"), detail);
}

bool ModerationPage::wants(const QueuedEvent &event) const
{
    return (!m_filter->status || event.status == *m_filter->status) &&
           (!m_filter->author || event.pubkey == *m_filter->author);
}

void ModerationPage::take(const std::vector<std::pair<EventId, std::optional<QueuedEvent>>> &rows)
{
    for (const auto &[id, event] : rows) {
        if (m_decisions->isUnderWay(id.text()))
            continue; // its own answer brings the change
        if (event && wants(*event))
            m_model->upsert(*event);
        else
            m_model->remove(id.text());
        const auto *shown = qobject_cast<QueueDetail *>(m_panel->content());
        if (event && shown && id.text() == m_detailKey && m_panel->isVisible() &&
            !looksAlike(shown->event(), *event))
            present(*event);
    }
}

void ModerationPage::reread(const QStringList &keys)
{
    constexpr qsizetype many = 500;
    if (keys.size() > many)
        m_model->refresh();
    if (keys.isEmpty() || keys.size() > many)
        return;
    core().run(
        this,
        [keys](Services &s) {
            std::vector<std::pair<EventId, std::optional<QueuedEvent>>> rows;
            for (const QString &key : keys) {
                if (const auto id = EventId::fromHex(key))
                    rows.emplace_back(*id, s.moderationQueue.find(*id));
            }
            return rows;
        },
        [this](const auto &rows) { take(rows); });
}

void ModerationPage::follow(const std::vector<Change> &changes)
{
    QStringList keys;
    for (const Change &change : changes) {
        if (change.kind == QLatin1String("queue_event"))
            keys.append(change.id);
    }
    reread(keys);
}

} // namespace tower
