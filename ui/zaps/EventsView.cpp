// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/EventsView.h"

#include "core/nostr/Nip19.h"
#include "ui/shell/ChangedRows.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"
#include "ui/zaps/EventDetail.h"
#include "ui/zaps/ZapLooks.h"

#include <QAction>
#include <QComboBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int shownLetters = 8; ///< of a filter, where there is no room for more

std::vector<Column<LoggedEvent>> columns()
{
    return {
        {.info = {"created_at", EventsView::tr("Signed"), CellKind::Time, {}, 72},
         .time = [](const LoggedEvent &e) { return std::optional(e.createdAt); }},
        {.info = {"purpose", EventsView::tr("For"), CellKind::Text, {}, 140},
         .text = [](const LoggedEvent &e) { return wordOfPurpose(e.purpose); },
         .raw = [](const LoggedEvent &e) { return e.purpose; }},
        {.info = {"kind", EventsView::tr("Kind"), CellKind::Text, {}, 124},
         .text = [](const LoggedEvent &e) { return wordOfKind(e.kind); },
         .raw = [](const LoggedEvent &e) { return QString::number(e.kind); }},
        {.info = {"recipient", EventsView::tr("Recipient"), CellKind::Key, {}, 136},
         .text =
             [](const LoggedEvent &e) {
                 return e.recipient ? QString::fromLatin1(toNpub(*e.recipient)) : QString();
             }},
        {.info = {"amount_sats", EventsView::tr("Sats"), CellKind::Number, {}, 64},
         .text =
             [](const LoggedEvent &e) { return e.amount ? words::grouped(e.amount->value()) : QString(); },
         .raw =
             [](const LoggedEvent &e) { return e.amount ? QString::number(e.amount->value()) : QString(); }},
        {.info = {"publish_state", EventsView::tr("On the relay"), CellKind::Pill, {}, 124},
         .tooltip = [](const LoggedEvent &e) { return e.relayAnswer; },
         .pill = [](const LoggedEvent &e) { return lookOf(e); },
         .raw = [](const LoggedEvent &e) { return toText(e.publishState); }},
        {.info = {"tries", EventsView::tr("Tries"), CellKind::Number, {}, 56},
         .text = [](const LoggedEvent &e) { return words::grouped(e.tries); },
         .raw = [](const LoggedEvent &e) { return QString::number(e.tries); }},
        {.info = {"relay_answer", EventsView::tr("Relay's answer"), CellKind::Text, {}, 180},
         .text = [](const LoggedEvent &e) { return e.relayAnswer; }},
        {.info = {"event_id", EventsView::tr("Event"), CellKind::Key, {}, 140, false},
         .text = [](const LoggedEvent &e) { return e.eventId.text(); }},
    };
}

bool matches(const EventLogFilter &filter, const LoggedEvent &event)
{
    return (!filter.publishState || *filter.publishState == event.publishState) &&
           (filter.purpose.isEmpty() || filter.purpose == event.purpose) &&
           (!filter.recipient || filter.recipient == event.recipient);
}

} // namespace

EventsView::EventsView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_filter(std::make_shared<EventLogFilter>())
    , m_panel(new DetailPanel(this))
    , m_confirm(new ConfirmBar(this))
    , m_state(new QComboBox(this))
    , m_purpose(new QComboBox(this))
    , m_send(new QAction(icon(QStringLiteral("relay")), tr("Send to the relay…"), this))
{
    RowSource<LoggedEvent> source{
        .key = [](const LoggedEvent &e) { return e.eventId.text(); },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                m_context.core.run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.eventLog.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before =
            [](const LoggedEvent &a, const LoggedEvent &b) {
                return std::pair(a.createdAt, a.eventId.text()) > std::pair(b.createdAt, b.eventId.text());
            },
    };
    m_model = new KeyedModel<LoggedEvent>(columns(), std::move(source), this);
    m_table = new DataTable(QStringLiteral("timmy-events"), *m_model, &context.settings, this);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_confirm);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({620, 380});
    rememberSplitter(splitter, &context.settings, QStringLiteral("timmy-events"));
    layout->addWidget(splitter, 1);
    buildTable();
    m_model->restart();
}

void EventsView::buildTable()
{
    m_table->setFilterHint(tr("Whole npub, key or event id"));
    m_table->setEmpty(QStringLiteral("key"),
                      tr("Every event that Timmy signs will appear here before it can leave: zap requests, "
                         "messages to members, receipts."),
                      tr("No event matches the filter."));
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), QString());
    for (const PublishState state :
         {PublishState::None, PublishState::Waiting, PublishState::Published, PublishState::Failed}) {
        LoggedEvent like;
        like.publishState = state;
        m_state->addItem(lookOf(like).word, toText(state));
    }
    m_purpose->setAccessibleName(tr("What for"));
    m_purpose->addItem(tr("All purposes"), QString());
    for (const QString &purpose : eventPurposes())
        m_purpose->addItem(wordOfPurpose(purpose), purpose);
    for (QComboBox *combo : {m_state, m_purpose}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(shownLetters);
        m_table->addFilter(combo);
    }
    m_table->addTableAction(m_send);
    connect(m_state, &QComboBox::currentIndexChanged, this, [this] {
        const QString chosen = m_state->currentData().toString();
        m_filter->publishState.reset();
        if (!chosen.isEmpty())
            m_filter->publishState = publishStateFromText(chosen);
        restart();
    });
    connect(m_purpose, &QComboBox::currentIndexChanged, this, [this] {
        m_filter->purpose = m_purpose->currentData().toString();
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, &EventsView::filter);
    connect(m_table, &DataTable::activated, this, &EventsView::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        showActions();
        const QStringList keys = m_table->selectedKeys();
        if (!m_detailId.isEmpty() && keys.size() == 1 && keys.first() != m_detailId)
            showDetail(keys.first());
    });
    connect(m_model, &QAbstractItemModel::dataChanged, this, &EventsView::showActions);
    connect(m_send, &QAction::triggered, this, [this] { askToSend(sendable()); });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailId.clear();
        m_table->view()->setFocus();
    });
    showActions();
}

void EventsView::filter(const QString &text)
{
    const QString wanted = text.trimmed();
    const auto eventId = EventId::fromHex(wanted);
    if (!eventId) {
        filterByKey(wanted);
        return;
    }
    // An event id looks like a key.
    m_context.core.run(
        this, [id = *eventId](Services &s) { return s.eventLog.find(id); },
        [this, wanted](const std::optional<LoggedEvent> &event) {
            if (event)
                present(*event);
            else
                filterByKey(wanted);
        },
        [this](const ServiceError &error) { emit said(Tone::Bad, error.message()); });
}

void EventsView::filterByKey(const QString &key)
{
    m_filter->recipient.reset();
    try {
        if (!key.isEmpty())
            m_filter->recipient = parsePubKey(key);
    } catch (const ServiceError &error) {
        emit said(Tone::Warn, error.message());
        return;
    }
    restart();
}

void EventsView::restart()
{
    m_table->setFiltered(m_filter->publishState || !m_filter->purpose.isEmpty() || m_filter->recipient);
    m_model->restart();
}

void EventsView::open(const QString &key)
{
    if (key.isEmpty())
        return;
    if (const int state = m_state->findData(key); state >= 0)
        m_state->setCurrentIndex(state);
    else if (const int purpose = m_purpose->findData(key); purpose >= 0)
        m_purpose->setCurrentIndex(purpose);
    else
        showDetail(key);
}

EventDetail *EventsView::detail() const
{
    return qobject_cast<EventDetail *>(m_panel->content());
}

void EventsView::showDetail(const QString &id)
{
    const auto eventId = EventId::fromHex(id);
    if (!eventId)
        return;
    m_context.core.run(
        this, [eventId = *eventId](Services &s) { return s.eventLog.find(eventId); },
        [this](const std::optional<LoggedEvent> &event) {
            if (event)
                present(*event);
        },
        [this](const ServiceError &error) { emit said(Tone::Bad, error.message()); });
}

void EventsView::present(const LoggedEvent &event)
{
    m_detailId = event.eventId.text();
    if (EventDetail *shown = detail(); shown && shown->id() == event.eventId && m_panel->isVisible()) {
        shown->show(event);
        return;
    }
    auto *detail = new EventDetail(event);
    connect(detail, &EventDetail::sendAsked, this, [this, id = m_detailId] { askToSend({id}); });
    m_panel->present(tr("Event"), detail);
    m_table->select(m_detailId);
}

QStringList EventsView::sendable() const
{
    QStringList out;
    for (const QString &id : m_table->selectedKeys()) {
        const LoggedEvent *event = m_model->find(id);
        if (event && EventLog::canBeSent(*event))
            out.append(id);
    }
    return out;
}

void EventsView::showActions()
{
    m_send->setEnabled(!sendable().isEmpty());
}

void EventsView::askToSend(const QStringList &ids)
{
    if (ids.isEmpty())
        return;
    const int count = static_cast<int>(ids.size());
    m_confirm->ask(
        tr("Send %n event(s) to the relay? What was published can't be called back.", nullptr, count),
        tr("Send %n event(s)", nullptr, count), [this, ids] { send(ids); });
}

void EventsView::send(const QStringList &ids)
{
    struct Outcome
    {
        std::vector<LoggedEvent> waiting;
        QString problem; ///< of the last one that could not be sent
    };
    emit started();
    m_context.core.run(
        this,
        [ids, actor = m_context.actor](Services &s) {
            Outcome out;
            for (const QString &id : ids) {
                try {
                    out.waiting.push_back(s.eventLog.send(*EventId::fromHex(id), actor));
                } catch (const ServiceError &error) {
                    if (error.kind() == ErrorKind::Internal)
                        throw;
                    out.problem = error.message();
                }
            }
            return out;
        },
        [this](const Outcome &outcome) {
            emit ended();
            for (const LoggedEvent &event : outcome.waiting)
                m_model->upsert(event);
            if (!outcome.problem.isEmpty())
                emit said(Tone::Bad, outcome.problem);
            if (!outcome.waiting.empty())
                m_context.undo.tell(tr("Queued %n event(s) for the relay", nullptr,
                                       static_cast<int>(outcome.waiting.size())));
        },
        [this](const ServiceError &error) {
            emit ended();
            emit said(Tone::Bad, error.message());
        });
}

void EventsView::follow(const std::vector<Change> &changes)
{
    std::vector<EventId> ids;
    for (const Change &change : changes) {
        if (change.kind != QLatin1String("timmy_event"))
            continue;
        if (const auto id = EventId::fromHex(change.id))
            ids.push_back(*id);
        if (change.id == m_detailId && m_panel->isVisible())
            showDetail(m_detailId);
    }
    if (ids.empty())
        return;
    readChangedRows(
        m_context.core, m_model, ids, [](Services &s, const EventId &id) { return s.eventLog.find(id); },
        [this](const LoggedEvent &event) { return matches(*m_filter, event); });
}

} // namespace tower
