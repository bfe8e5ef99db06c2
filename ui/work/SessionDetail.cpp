// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/SessionDetail.h"

#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/InvoiceView.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/widgets/Notices.h"
#include "ui/work/JobDetail.h"
#include "ui/work/JobModel.h"
#include "ui/work/RefundForm.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int requestsHeight = 230;
constexpr int requestsWidth = 260; ///< the panel may be narrower than a table wants to be

bool canClose(const Session &session)
{
    return session.state == SessionState::Active || session.state == SessionState::Paused ||
           session.state == SessionState::AwaitingPayment;
}

} // namespace

std::optional<SessionStory> sessionStoryOf(Services &services, const QString &id)
{
    const auto session = services.sessions.find(id);
    if (!session)
        return std::nullopt;
    return SessionStory{*session, services.sessions.openInvoice(*session),
                        services.refunds.of(RefundOwner::Session, id)};
}

SessionDetail::SessionDetail(const PageContext &context, const SessionStory &story, QWidget *parent)
    : QWidget(parent)
    , m_id(story.session.id)
    , m_state(new Pill({}, this))
    , m_invoice(new InvoiceView(this))
    , m_facts(new Facts({}, this))
    , m_refund(new RefundForm(context.core, RefundOwner::Session, m_id, context.actor, this))
    , m_model(makeSessionRequestModel(context.core, m_id, this))
    , m_requests(new DataTable(QStringLiteral("session-requests"), *m_model, &context.settings, this))
    , m_priced(new Facts(tr("The request"), this))
    , m_asked(new QuotedText(tr("Asked"), this))
    , m_answered(new QuotedText(tr("Answered"), this))
    , m_closing(new QWidget(this))
    , m_reason(new QLineEdit(m_closing))
    , m_close(new QPushButton(tr("Close the session…"), m_closing))
    , m_confirm(new ConfirmBar(this))
    , m_message(new InlineMessage(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(12);
    layout->addWidget(m_state, 0, Qt::AlignLeft);
    m_requests->hideFilterBox();
    m_requests->setFixedHeight(requestsHeight);
    m_requests->setMinimumWidth(requestsWidth);
    m_requests->setEmpty(QStringLiteral("work"), tr("The requests of this session will appear here."), {});
    buildClosing();
    for (QWidget *part : QWidgetList{m_refund, m_invoice, m_facts, m_requests, m_priced, m_asked, m_answered,
                                     m_closing, m_confirm, m_message})
        layout->addWidget(part);
    layout->addStretch();
    connect(m_requests, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_requests->selectedKeys();
        showRequest(keys.size() == 1 ? keys.first() : QString());
    });
    show(story);
}

void SessionDetail::buildClosing()
{
    m_reason->setPlaceholderText(tr("Reason for closing, kept in the activity log"));
    m_reason->setAccessibleName(m_reason->placeholderText());
    auto *row = new QHBoxLayout(m_closing);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_reason, 1);
    row->addWidget(m_close);
    connect(m_close, &QPushButton::clicked, this, &SessionDetail::askToClose);
    connect(m_reason, &QLineEdit::returnPressed, this, &SessionDetail::askToClose);
    connect(m_reason, &QLineEdit::textChanged, this,
            [this](const QString &text) { m_close->setEnabled(!text.trimmed().isEmpty()); });
    m_close->setEnabled(false);
}

void SessionDetail::askToClose()
{
    const QString reason = m_reason->text().trimmed();
    if (reason.isEmpty())
        return;
    QString question = tr("Close 1 session? No request is taken any more, and it can't be opened again.");
    if (m_session.balance > Sats(0))
        question += QLatin1Char(' ') +
                    tr("Its %1 stay the customer's, to withdraw.").arg(words::amount(m_session.balance));
    m_confirm->ask(question, tr("Close the session"), [this, reason] { emit closes(reason); });
}

void SessionDetail::show(const SessionStory &story)
{
    m_session = story.session;
    m_state->setLook(lookOf(m_session.state));
    m_invoice->setVisible(story.openInvoice.has_value());
    if (story.openInvoice)
        m_invoice->show(*story.openInvoice, story.openInvoice->purpose == InvoicePurpose::Topup
                                                ? tr("Invoice to top it up")
                                                : tr("Invoice to open it"));
    m_refund->show(story.refunds);
    m_facts->clear();
    m_facts->addId(tr("Session"), m_session.id);
    m_facts->addKey(tr("Customer"), m_session.pubkey);
    m_facts->add(tr("Balance"), m_session.reserved > Sats(0) ? tr("%1, %2 of it reserved")
                                                                   .arg(words::amount(m_session.balance),
                                                                        words::amount(m_session.reserved))
                                                             : words::amount(m_session.balance));
    m_facts->add(tr("Paid in"), words::amount(m_session.deposited));
    m_facts->add(tr("Used"), words::amount(m_session.debited));
    m_facts->add(tr("Requests"), words::grouped(m_session.requestCount));
    m_facts->add(tr("Opened"), words::absolute(m_session.createdAt));
    m_facts->add(tr("Expires"), words::absolute(m_session.expiresAt));
    m_closing->setVisible(canClose(m_session));
    if (!canClose(m_session))
        m_confirm->hide();
    m_model->refresh();
}

void SessionDetail::showRequest(const QString &id)
{
    m_priced->clear();
    const PaidRequest *line = m_model->find(id);
    m_asked->show(line ? line->request.request : QString());
    m_answered->show(line ? line->request.result : QString());
    if (!line)
        return;
    const SessionRequest &request = line->request;
    m_priced->addId(tr("Request"), request.id);
    m_priced->add(tr("Why rejected"), request.reason);
    m_priced->add(tr("What failed"), request.error);
    addQuote(*m_priced, request.quote);
    if (request.state != RequestState::Running) {
        addCost(*m_priced, request.actual);
        m_priced->add(tr("From the pool"), words::amount(request.absorbed));
        m_priced->add(tr("Debited"), words::amount(request.debited));
    }
    if (line->margin)
        m_priced->add(tr("Margin"), tr("%1 sats").arg(signedFigure(line->margin->margin())));
}

void SessionDetail::say(const QString &problem)
{
    m_message->say(Tone::Bad, problem);
}

} // namespace tower
