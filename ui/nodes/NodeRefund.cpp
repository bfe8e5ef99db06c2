// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodeRefund.h"

#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"
#include "ui/work/RefundForm.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

NodeRefund::NodeRefund(const PageContext &context, const QString &nodeId, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_nodeId(nodeId)
    , m_form(new RefundForm(context.core, RefundOwner::Node, nodeId, context.actor, this))
    , m_toAddress(new QPushButton(this))
    , m_confirm(new ConfirmBar(this))
    , m_message(new InlineMessage(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::inside);
    layout->addWidget(m_form);
    layout->addWidget(m_toAddress, 0, Qt::AlignRight);
    layout->addWidget(m_confirm);
    layout->addWidget(m_message);
    connect(m_toAddress, &QPushButton::clicked, this, &NodeRefund::ask);
    hide();
}

void NodeRefund::show(const NodeStory &story)
{
    m_form->show(story.refunds);
    m_due = Sats(0);
    bool paying = false;
    for (const Refund &refund : story.refunds) {
        if (refund.state == RefundState::Pending)
            m_due += refund.amount;
        paying = paying || refund.state == RefundState::Paying;
    }
    m_address = story.job.refundAddress;
    m_toAddress->setText(tr("Pay to %1…").arg(m_address));
    m_toAddress->setVisible(!m_address.isEmpty() && m_due > Sats(0) && !paying);
    m_toAddress->setEnabled(!m_paying);
    if (m_toAddress->isHidden())
        m_confirm->hide();
    setVisible(!story.refunds.empty());
}

void NodeRefund::ask()
{
    m_message->hide();
    const QString due = words::amount(m_due);
    m_confirm->ask(tr("Pay %1 back to %2, and at most %3 for the way?")
                       .arg(due, m_address, words::amount(Outgoing::maximumFee(m_due))),
                   tr("Pay back %1").arg(due), [this] { pay(); });
}

void NodeRefund::pay()
{
    m_paying = true;
    m_toAddress->setEnabled(false);
    m_message->say(Tone::Info, tr("Paying…"));
    m_context.core.runTask(
        this,
        [id = m_nodeId, actor = m_context.actor](Services &s) {
            return s.bootstrap.refundAs(actor, id, {}); // to the address
        },
        [this](const BootstrapJob &job) { paid(job); },
        [this](const ServiceError &error) {
            m_paying = false;
            m_toAddress->setEnabled(true);
            m_message->say(Tone::Bad, error.message());
        });
}

void NodeRefund::paid(const BootstrapJob &job)
{
    m_paying = false;
    m_toAddress->setEnabled(true);
    const QString amount = words::amount(job.refundAmount);
    if (job.refundState == RefundState::Paid)
        m_message->say(Tone::Good, tr("Paid back %1.").arg(amount));
    else if (job.refundState == RefundState::Paying)
        m_message->say(Tone::Info,
                       tr("%1 are on their way. How it ends is looked up by itself.").arg(amount));
    else
        m_message->say(Tone::Warn, tr("The payment did not go through; the sats are still owed. It is tried "
                                      "again by itself."));
}

} // namespace tower
