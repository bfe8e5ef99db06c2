// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/SessionsView.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/widgets/Notices.h"
#include "ui/work/SessionDetail.h"

#include <QComboBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr std::size_t many = 200; ///< changes that are not worth reading one by one

const QString openState = QStringLiteral("open");

} // namespace

SessionsView::SessionsView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_filter(std::make_shared<SessionFilter>())
    , m_model(makeSessionModel(context.core, m_filter, this))
    , m_table(new DataTable(QStringLiteral("sessions"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_state(new QComboBox(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({620, 396});
    rememberSplitter(splitter, &context.settings, QStringLiteral("sessions"));
    layout->addWidget(splitter, 1);
    buildFilters();
    connect(m_table, &DataTable::activated, this, &SessionsView::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        if (!m_detailId.isEmpty() && keys.size() == 1 && keys.first() != m_detailId)
            showDetail(keys.first());
    });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailId.clear();
        m_table->view()->setFocus();
    });
    m_model->restart();
}

void SessionsView::buildFilters()
{
    m_table->setFilterHint(tr("Whole npub, key or session id"));
    m_table->setEmpty(
        QStringLiteral("work"),
        tr("Customers who pay once for many requests open a session; it will appear here with its "
           "balance and every request."),
        tr("No session matches the filter."));
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), QString());
    m_state->addItem(tr("Open"), openState);
    for (const SessionState state : {SessionState::AwaitingPayment, SessionState::Active,
                                     SessionState::Paused, SessionState::Expired, SessionState::Closed})
        m_state->addItem(lookOf(state).word, toText(state));
    m_table->addFilter(m_state);
    connect(m_state, &QComboBox::currentIndexChanged, this, [this] {
        const QString chosen = m_state->currentData().toString();
        m_filter->open = chosen == openState;
        m_filter->state = sessionStateFromText(chosen);
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, &SessionsView::filter);
}

void SessionsView::filter(const QString &text)
{
    const QString wanted = text.trimmed();
    m_filter->pubkey.reset();
    try {
        if (!wanted.isEmpty())
            m_filter->pubkey = parsePubKey(wanted);
    } catch (const ServiceError &) {
        showDetail(wanted);
        return;
    }
    restart();
}

void SessionsView::restart()
{
    m_table->setFiltered(m_filter->state || m_filter->open || m_filter->pubkey);
    m_model->restart();
}

void SessionsView::open(const QString &key)
{
    if (const int state = m_state->findData(key); !key.isEmpty() && state >= 0) {
        m_state->setCurrentIndex(state);
    } else if (PubKey::fromHex(key)) {
        m_table->filterBox()->setText(key);
        filter(key);
    } else if (!key.isEmpty()) {
        showDetail(key);
    }
}

SessionDetail *SessionsView::detail() const
{
    return qobject_cast<SessionDetail *>(m_panel->content());
}

void SessionsView::showDetail(const QString &id)
{
    m_detailId = id;
    emit started();
    m_context.core.run(
        this, [id](Services &s) { return sessionStoryOf(s, id); },
        [this, id](const std::optional<SessionStory> &story) {
            emit ended();
            if (m_detailId != id)
                return; // another was chosen meanwhile
            if (story) {
                present(*story);
            } else {
                m_detailId.clear();
                emit said(tr("There is no session with this id."));
            }
        },
        [this](const ServiceError &error) {
            emit ended();
            emit said(error.message());
        });
}

void SessionsView::present(const SessionStory &story)
{
    const QString id = story.session.id;
    if (SessionDetail *shown = detail(); shown && shown->id() == id && m_panel->isVisible()) {
        shown->show(story);
        return;
    }
    auto *made = new SessionDetail(m_context, story);
    connect(made, &SessionDetail::closes, this, [this, id](const QString &reason) { close(id, reason); });
    m_panel->present(tr("Session"), made);
    m_table->select(id);
}

void SessionsView::close(const QString &id, const QString &reason)
{
    emit started();
    m_context.core.run(
        this,
        [id, reason, actor = m_context.actor](Services &s) { return s.sessions.close(id, reason, actor); },
        [this](const Session &closed) {
            emit ended();
            m_context.undo.tell(
                closed.balance > Sats(0)
                    ? tr("Closed 1 session; %1 stay the customer's").arg(words::amount(closed.balance))
                    : tr("Closed 1 session"));
        },
        [this, id](const ServiceError &error) {
            emit ended();
            if (detail() && detail()->id() == id)
                detail()->say(error.message());
            else
                emit said(error.message());
        });
}

void SessionsView::follow(const std::vector<Change> &changes)
{
    std::vector<QString> ids;
    bool detailToo = false;
    for (const Change &change : changes) {
        if (change.kind == QLatin1String("session"))
            ids.push_back(change.id);
        detailToo = detailToo || change.id == m_detailId || change.kind == QLatin1String("refund") ||
                    change.kind == QLatin1String("invoice");
    }
    if (detailToo && !m_detailId.isEmpty() && m_panel->isVisible())
        showDetail(m_detailId);
    if (ids.empty())
        return;
    if (ids.size() > many) {
        m_model->refresh();
        return;
    }
    m_context.core.run(
        this,
        [ids](Services &s) {
            std::vector<Session> found;
            for (const QString &id : ids) {
                if (auto session = s.sessions.find(id))
                    found.push_back(std::move(*session));
            }
            return found;
        },
        [this](const std::vector<Session> &found) {
            for (const Session &session : found) {
                if (matches(*m_filter, session))
                    m_model->upsert(session);
                else
                    m_model->remove(session.id);
            }
        });
}

} // namespace tower
