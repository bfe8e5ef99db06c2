// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/EngagementView.h"

#include "core/nostr/Nip19.h"
#include "ui/shell/ChangedRows.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"
#include "ui/zaps/ZapLooks.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

std::vector<Column<EngagementMessage>> messageColumns()
{
    return {
        {.info = {"created_at", EngagementView::tr("Written"), CellKind::Time, {}, 72},
         .time = [](const EngagementMessage &m) { return std::optional(m.createdAt); }},
        {.info = {"pubkey", EngagementView::tr("Member"), CellKind::Key, {}, 136},
         .text = [](const EngagementMessage &m) { return QString::fromLatin1(toNpub(m.pubkey)); }},
        {.info = {"state", EngagementView::tr("State"), CellKind::Pill, {}, 100},
         .pill = [](const EngagementMessage &m) { return lookOf(m.state); },
         .raw = [](const EngagementMessage &m) { return toText(m.state); }},
        {.info = {"text", EngagementView::tr("Message"), CellKind::Text, {}, 320},
         .text = [](const EngagementMessage &m) { return m.text.simplified(); },
         .tooltip = [](const EngagementMessage &m) { return m.text; },
         .raw = [](const EngagementMessage &m) { return m.text; }},
        {.info = {"decided_at", EngagementView::tr("Decided"), CellKind::Time, {}, 76, false},
         .time = [](const EngagementMessage &m) { return m.decidedAt; }},
        {.info = {"id", EngagementView::tr("Id"), CellKind::Key, {}, 140, false},
         .text = [](const EngagementMessage &m) { return m.id; }},
    };
}

std::vector<Column<Identity>> recipientColumns()
{
    return {
        {.info = {"pubkey", EngagementView::tr("Member"), CellKind::Key, {}, 150},
         .text = [](const Identity &i) { return QString::fromLatin1(toNpub(i.pubkey)); }},
        {.info = {"tier", EngagementView::tr("Tier"), CellKind::Pill, {}, 110},
         .pill = [](const Identity &i) { return lookOf(i.tier); },
         .raw = [](const Identity &i) { return toText(i.tier); }},
        {.info = {"score", EngagementView::tr("Score"), CellKind::Number, {}, 64},
         .text = [](const Identity &i) { return words::grouped(i.score); },
         .raw = [](const Identity &i) { return QString::number(i.score); }},
        {.info = {"last_seen", EngagementView::tr("Last seen"), CellKind::Time, {}, 110},
         .time = [](const Identity &i) { return std::optional(i.lastSeen); }},
    };
}

bool matches(const EngagementFilter &filter, const EngagementMessage &message)
{
    return !filter.state || *filter.state == message.state;
}

} // namespace

EngagementView::EngagementView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_filter(std::make_shared<EngagementFilter>())
    , m_panel(new DetailPanel(this))
    , m_confirm(new ConfirmBar(this))
    , m_nextRun(new QLabel(this))
    , m_nextCaption(new QLabel(tr("Whom the next run writes to"), this))
    , m_settings(new QPushButton(icon(QStringLiteral("settings")), tr("Settings"), this))
    , m_state(new QComboBox(this))
    , m_send(new QAction(icon(QStringLiteral("check")), tr("Send…"), this))
    , m_skip(new QAction(icon(QStringLiteral("close")), tr("Skip…"), this))
{
    buildMessages();
    buildRecipients();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card({}, this);
    auto *head = new QHBoxLayout;
    m_nextRun->setWordWrap(true);
    m_nextRun->setTextFormat(Qt::PlainText);
    m_settings->setAccessibleName(tr("Settings of engagement"));
    head->addWidget(m_nextRun, 1);
    head->addWidget(m_settings);
    card->body()->addLayout(head);
    card->body()->addWidget(m_confirm);
    auto *tables = new QSplitter(Qt::Vertical, this);
    tables->addWidget(m_messages);
    auto *next = new QWidget(this);
    auto *nextLayout = new QVBoxLayout(next);
    nextLayout->setContentsMargins(0, measure::grid, 0, 0);
    m_nextCaption->setFont(fonts::cardTitle());
    nextLayout->addWidget(m_nextCaption);
    nextLayout->addWidget(m_recipients, 1);
    tables->addWidget(next);
    tables->setStretchFactor(0, 3);
    tables->setStretchFactor(1, 2);
    card->body()->addWidget(tables, 1);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({620, 380});
    rememberSplitter(splitter, &context.settings, QStringLiteral("engagement"));
    layout->addWidget(splitter, 1);
    connect(m_settings, &QPushButton::clicked, this, [this] {
        if (m_context.goTo)
            m_context.goTo(QStringLiteral("settings"), QStringLiteral("ENGAGEMENT_INTERVAL_DAYS"));
    });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailId.clear();
        m_messages->view()->setFocus();
    });
    m_model->restart();
    reload();
}

/// Who is absent changes with time alone.
void EngagementView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    reload();
}

void EngagementView::buildMessages()
{
    RowSource<EngagementMessage> source{
        .key = [](const EngagementMessage &m) { return m.id; },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                m_context.core.run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.engagement.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before =
            [](const EngagementMessage &a, const EngagementMessage &b) {
                return std::tie(a.createdAt, a.id) > std::tie(b.createdAt, b.id);
            },
    };
    m_model = new KeyedModel<EngagementMessage>(messageColumns(), std::move(source), this);
    m_messages = new DataTable(QStringLiteral("engagement"), *m_model, &m_context.settings, this);
    m_messages->hideFilterBox();
    m_messages->setEmpty(QStringLiteral("trust"),
                         tr("Messages that Timmy writes to trusted members who stayed away will appear "
                            "here, for you to change, send or skip."),
                         tr("No message is in this state."));
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), QString());
    for (const EngagementState state :
         {EngagementState::Proposed, EngagementState::Sent, EngagementState::Skipped})
        m_state->addItem(lookOf(state).word, toText(state));
    m_messages->addFilter(m_state);
    m_messages->addTableAction(m_send);
    m_messages->addTableAction(m_skip);
    connect(m_state, &QComboBox::currentIndexChanged, this, [this] {
        m_filter->state = engagementStateFromText(m_state->currentData().toString());
        m_messages->setFiltered(m_filter->state.has_value());
        m_model->restart();
    });
    connect(m_send, &QAction::triggered, this, [this] { askToSend(chosen()); });
    connect(m_skip, &QAction::triggered, this, [this] { askToSkip(chosen()); });
    connect(m_messages, &DataTable::activated, this, &EngagementView::showDetail);
    connect(m_messages, &DataTable::selectionChanged, this, [this] {
        showActions();
        const QStringList keys = m_messages->selectedKeys();
        if (!m_detailId.isEmpty() && keys.size() == 1 && keys.first() != m_detailId)
            showDetail(keys.first());
    });
    connect(m_model, &QAbstractItemModel::dataChanged, this, &EngagementView::showActions);
    showActions();
}

void EngagementView::buildRecipients()
{
    RowSource<Identity> source{
        .key = [](const Identity &i) { return i.pubkey.text(); },
        .fetch =
            [this](const QString &, int, auto done, auto) {
                Page<Identity> page;
                page.items = m_next;
                page.total = static_cast<std::int64_t>(m_next.size());
                done(std::move(page));
            },
    };
    m_nextModel = new KeyedModel<Identity>(recipientColumns(), std::move(source), this);
    m_recipients = new DataTable(QStringLiteral("engagement-next"), *m_nextModel, &m_context.settings, this);
    m_recipients->hideFilterBox();
    m_recipients->setEmpty(QStringLiteral("clock"), tr("The next run would write to nobody."), {});
    connect(m_recipients, &DataTable::activated, this, [this](const QString &key) {
        if (m_context.goTo)
            m_context.goTo(QStringLiteral("trust"), key);
    });
}

void EngagementView::reload()
{
    m_context.core.run(
        this, [](Services &s) { return s.engagement.preview(); },
        [this](const EngagementPreview &preview) { showPreview(preview); },
        [this](const ServiceError &error) { emit said(Tone::Bad, error.message()); });
}

void EngagementView::showPreview(const EngagementPreview &preview)
{
    if (!preview.at) {
        m_nextRun->setText(
            tr("Off: nobody is written to. Choose an interval in the settings to turn it on."));
    } else {
        const QString what = preview.needsApproval
                                 ? tr("Its messages wait here for your approval.")
                                 : tr("Its messages are sent at once, without your approval.");
        const int count = static_cast<int>(preview.recipients.size());
        m_nextRun->setText(tr("Next run %1, to %n member(s). ", nullptr, count)
                               .arg(words::relative(*preview.at, m_model->now())) +
                           what);
        m_nextRun->setToolTip(words::absolute(*preview.at));
    }
    m_next = preview.recipients;
    m_nextModel->refresh();
    m_recipients->parentWidget()->setVisible(preview.at.has_value());
}

QString EngagementView::nextRun() const
{
    return m_nextRun->text();
}

MessageDetail *EngagementView::detail() const
{
    return qobject_cast<MessageDetail *>(m_panel->content());
}

void EngagementView::showDetail(const QString &id)
{
    m_detailId = id;
    m_context.core.run(
        this,
        [id](Services &s) {
            std::optional<MessageStory> out;
            if (const auto message = s.engagement.find(id))
                out = MessageStory{*message, s.identities.find(message->pubkey)};
            return out;
        },
        [this, id](const std::optional<MessageStory> &story) {
            if (m_detailId == id && story)
                present(*story);
        },
        [this](const ServiceError &error) { emit said(Tone::Bad, error.message()); });
}

void EngagementView::present(const MessageStory &story)
{
    const QString id = story.message.id;
    if (MessageDetail *shown = detail(); shown && shown->id() == id && m_panel->isVisible()) {
        shown->show(story);
        return;
    }
    auto *made = new MessageDetail(story, m_drafts.value(id).text);
    connect(made, &MessageDetail::drafted, this, [this, id](const QString &text) { drafted(id, text); });
    connect(made, &MessageDetail::saveAsked, this, [this, id] { save(id); });
    connect(made, &MessageDetail::sendAsked, this, [this, id] { askToSend({id}); });
    connect(made, &MessageDetail::skipAsked, this, [this, id] { askToSkip({id}); });
    m_panel->present(tr("Message"), made);
    m_messages->select(id);
}

void EngagementView::follow(const std::vector<Change> &changes)
{
    std::vector<QString> ids;
    bool again = false;
    for (const Change &change : changes) {
        if (change.kind == QLatin1String("engagement"))
            ids.push_back(change.id);
        again =
            again || change.kind == QLatin1String("engagement") || change.kind == QLatin1String("setting");
        if (change.id == m_detailId && m_panel->isVisible())
            showDetail(m_detailId);
    }
    if (again)
        reload();
    if (ids.empty())
        return;
    readChangedRows(
        m_context.core, m_model, ids, [](Services &s, const QString &id) { return s.engagement.find(id); },
        [this](const EngagementMessage &message) { return matches(*m_filter, message); });
}

} // namespace tower
