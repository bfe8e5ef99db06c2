// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/SessionsView.h"

#include "ui/widgets/DataTable.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/widgets/Notices.h"
#include "ui/work/SessionDetail.h"

namespace tower {

namespace {

const QString openState = QStringLiteral("open");

} // namespace

SessionsView::SessionsView(const PageContext &context, QWidget *parent)
    : RecordsView(context, {"session", {"refund", "invoice"}, "sessions", {620, 396}}, parent)
    , m_filter(std::make_shared<SessionFilter>())
    , m_model(makeSessionModel(context.core, m_filter, this))
{
    addState(tr("Open"), openState);
    for (const SessionState state : {SessionState::AwaitingPayment, SessionState::Active,
                                     SessionState::Paused, SessionState::Expired, SessionState::Closed})
        addState(lookOf(state).word, toText(state));
    build(*m_model);
    table()->setFilterHint(tr("Whole npub, key or session id"));
    table()->setEmpty(
        QStringLiteral("work"),
        tr("Customers who pay once for many requests open a session; it will appear here with its "
           "balance and every request."),
        tr("No session matches the filter."));
}

SessionDetail *SessionsView::detail() const
{
    return qobject_cast<SessionDetail *>(panel()->content());
}

void SessionsView::setFilter(const QString &state, const std::optional<PubKey> &key)
{
    *m_filter = {.state = sessionStateFromText(state), .pubkey = key, .open = state == openState};
}

void SessionsView::readDetail(const QString &id)
{
    readStory(
        id, sessionStoryOf, [this](const SessionStory &story) { present(story); },
        tr("There is no session with this id."));
}

void SessionsView::present(const SessionStory &story)
{
    const QString id = story.session.id;
    if (auto *detail = shown<SessionDetail>(id)) {
        detail->show(story);
        return;
    }
    auto *made = new SessionDetail(context(), story);
    connect(made, &SessionDetail::closes, this, [this, id](const QString &reason) { close(id, reason); });
    panel()->present(tr("Session"), made);
    table()->select(id);
}

void SessionsView::readRows(const std::vector<QString> &ids)
{
    readChangedRows(
        context().core, m_model, ids, [](Services &s, const QString &id) { return s.sessions.find(id); },
        [this](const Session &session) { return matches(*m_filter, session); });
}

void SessionsView::close(const QString &id, const QString &reason)
{
    emit started();
    context().core.run(
        this,
        [id, reason, actor = context().actor](Services &s) { return s.sessions.close(id, reason, actor); },
        [this](const Session &closed) {
            emit ended();
            context().undo.tell(
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

} // namespace tower
