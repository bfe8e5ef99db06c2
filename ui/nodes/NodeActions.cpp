// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodeActions.h"

#include "ui/nodes/NodeLooks.h"
#include "ui/nodes/NodeStory.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

NodeActions::NodeActions(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_retry(new QPushButton(icon(QStringLiteral("refresh")), tr("Try again now"), this))
    , m_ending(new QWidget(this))
    , m_reason(new QLineEdit(m_ending))
    , m_destroy(new QPushButton(tr("Destroy…"), m_ending))
    , m_confirm(new ConfirmBar(this))
    , m_message(new InlineMessage(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::grid);
    layout->addWidget(m_retry, 0, Qt::AlignLeft);
    m_reason->setPlaceholderText(tr("Why, for the activity log"));
    m_reason->setAccessibleName(tr("Reason for destroying the node"));
    auto *row = new QHBoxLayout(m_ending);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_reason, 1);
    row->addWidget(m_destroy);
    layout->addWidget(m_ending);
    layout->addWidget(m_confirm);
    layout->addWidget(m_message);
    connect(m_retry, &QPushButton::clicked, this, &NodeActions::retry);
    connect(m_destroy, &QPushButton::clicked, this, &NodeActions::askToDestroy);
    connect(m_reason, &QLineEdit::returnPressed, this, &NodeActions::askToDestroy);
}

void NodeActions::show(const BootstrapJob &job)
{
    const bool sameQuestion = m_job.state == job.state && canDestroy(job);
    m_job = job;
    m_retry->setVisible(canRetry(job));
    m_retry->setToolTip(isTakenDown(job) ? tr("Removes what is left at the provider, without waiting")
                                         : tr("Goes on with the next step, without waiting"));
    m_ending->setVisible(canDestroy(job));
    if (!sameQuestion)
        m_confirm->hide();
}

void NodeActions::retry()
{
    m_message->hide();
    m_retry->setEnabled(false);
    m_context.core.run(
        this, [id = m_job.id, actor = m_context.actor](Services &s) { return s.bootstrap.retry(id, actor); },
        [this](const BootstrapJob &job) {
            m_retry->setEnabled(true);
            m_message->say(Tone::Info, isTakenDown(job) ? tr("It is being taken down again now.")
                                                        : tr("The next step is tried now."));
        },
        [this](const ServiceError &error) {
            m_retry->setEnabled(true);
            failed(error);
        });
}

void NodeActions::askToDestroy()
{
    m_message->hide();
    const QString word = confirmationOf(m_job.id);
    const QString question =
        m_job.state == BootstrapState::Provisioning
            ? tr("Destroy 1 node in the making? What was ordered for it is removed at the provider, and what "
                 "was paid, %1 or more, is owed back. Type %2 to confirm.")
                  .arg(words::amount(m_job.amount), word)
            : tr("Destroy 1 node? The machine goes, with all that its owner keeps on it: wallet, channels "
                 "and "
                 "funds that are not backed up. Nothing is paid back. Type %1 to confirm.")
                  .arg(word);
    m_confirm->askTyped(question, tr("Destroy this node"), word, [this] { destroy(); });
}

void NodeActions::destroy()
{
    m_destroy->setEnabled(false);
    m_context.core.run(
        this,
        [id = m_job.id, actor = m_context.actor, reason = m_reason->text().trimmed()](Services &s) {
            return s.bootstrap.destroy(id, actor, reason);
        },
        [this](const BootstrapJob &) {
            m_destroy->setEnabled(true);
            m_reason->clear();
            m_context.undo.tell(tr("Destroying 1 node"));
        },
        [this](const ServiceError &error) {
            m_destroy->setEnabled(true);
            failed(error);
        });
}

void NodeActions::failed(const ServiceError &error)
{
    m_message->say(Tone::Bad, error.message());
}

} // namespace tower
