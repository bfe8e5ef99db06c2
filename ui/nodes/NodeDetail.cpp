// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodeDetail.h"

#include "ui/nodes/NodeActions.h"
#include "ui/nodes/NodeLooks.h"
#include "ui/nodes/NodeRefund.h"
#include "ui/widgets/CopyLabel.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/InvoiceView.h"
#include "ui/widgets/Words.h"

#include <QHBoxLayout>
#include <QUrl>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int narrowestTimeLine = 300; ///< it has up to nine stages, and the panel may be narrow
constexpr int shownHead = 20;
constexpr int shownTail = 12;

QString seen(const std::optional<Millis> &at)
{
    return at ? NodeDetail::tr("has answered, first at %1").arg(words::absolute(*at))
              : NodeDetail::tr("has not answered yet");
}

void addCopy(Facts &facts, const QString &caption, const QString &text)
{
    if (!text.isEmpty())
        facts.add(caption, new CopyLabel(text, &facts, words::shortened(text, shownHead, shownTail)));
}

/// A command is read in full before it is run.
void addCommand(Facts &facts, const QString &caption, const QString &command)
{
    facts.add(caption, new CopyLabel(command, &facts));
}

QString wordsOf(const NodeThing &thing, const BootstrapJob &job)
{
    if (thing.removedAt)
        return NodeDetail::tr("removed at %1").arg(words::absolute(*thing.removedAt));
    if (thing.providerId.isEmpty())
        return NodeDetail::tr("ordered at %1, and not answered for yet")
            .arg(words::absolute(thing.orderedAt));
    if (!isTakenDown(job))
        return NodeDetail::tr("since %1").arg(words::absolute(thing.orderedAt));
    return job.atWork ? NodeDetail::tr("still there, and being removed") : NodeDetail::tr("still there");
}

/// What became of all that was ordered, once the node is over.
QString wordsOfLeft(const NodeStory &story)
{
    std::vector<CloudKind> kinds;
    for (const NodeThing &thing : leftOf(story))
        kinds.push_back(thing.kind);
    if (kinds.empty())
        return NodeDetail::tr("nothing");
    return story.job.atWork ? NodeDetail::tr("%1; removal is tried until the provider says that it is done")
                                  .arg(countOf(kinds))
                            : countOf(kinds);
}

} // namespace

NodeDetail::NodeDetail(const PageContext &context, const NodeStory &story, QWidget *parent)
    : QWidget(parent)
    , m_id(story.job.id)
    , m_state(new Pill({}, this))
    , m_simulated(new Pill({tr("SIMULATED"), PillShape::Square, Tone::Warn}, this))
    , m_timeLine(new TimeLine(this))
    , m_refund(new NodeRefund(context, m_id, this))
    , m_invoice(new InvoiceView(this))
    , m_reach(new Facts(tr("How to reach it"), this))
    , m_facts(new Facts(tr("The order"), this))
    , m_things(new Facts(tr("At the provider"), this))
    , m_actions(new NodeActions(context, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(12);
    auto *pills = new QHBoxLayout;
    pills->addWidget(m_state);
    pills->addWidget(m_simulated);
    pills->addStretch();
    layout->addLayout(pills);
    m_simulated->setToolTip(tr("Nobody answers there: the address and the key are fake."));
    m_timeLine->setMinimumWidth(narrowestTimeLine);
    for (QWidget *part : QWidgetList{m_timeLine, m_refund, m_invoice, m_reach, m_actions, m_facts, m_things})
        layout->addWidget(part);
    layout->addStretch();
    show(story);
}

void NodeDetail::show(const NodeStory &story)
{
    const BootstrapJob &job = story.job;
    m_state->setLook(lookOf(job));
    m_simulated->setVisible(job.spec.simulated);
    m_timeLine->setStages(stagesOf(story));
    m_refund->show(story);
    m_invoice->setVisible(story.openInvoice.has_value());
    if (story.openInvoice)
        m_invoice->show(*story.openInvoice, tr("Invoice for the node"));
    showReach(job);
    showFacts(story);
    showThings(story);
    m_actions->show(job);
}

void NodeDetail::showReach(const BootstrapJob &job)
{
    m_reach->clear();
    if (job.nodeIp.isEmpty() || isTakenDown(job))
        return;
    addCopy(*m_reach, tr("Address"), job.nodeIp);
    addCommand(*m_reach, tr("SSH"), QStringLiteral("ssh root@%1").arg(job.nodeIp));
    m_reach->add(tr("SSH port"), seen(job.sshSeenAt));
    addCopy(*m_reach, tr("Tailnet name"), job.tailscaleHostname);
    addCopy(*m_reach, tr("LNbits"), job.lnbitsUrl);
    if (const QUrl url(job.lnbitsUrl); url.host() == QLatin1String("127.0.0.1"))
        addCommand(*m_reach, tr("Way to LNbits"),
                   QStringLiteral("ssh -L %1:127.0.0.1:%1 root@%2").arg(url.port(80)).arg(job.nodeIp));
    m_reach->add(tr("LNbits port"), seen(job.lnbitsSeenAt));
}

void NodeDetail::showFacts(const NodeStory &story)
{
    const BootstrapJob &job = story.job;
    m_facts->clear();
    m_facts->add(tr("What failed"), job.error);
    m_facts->addId(tr("Node"), job.id);
    m_facts->addKey(tr("Customer"), job.pubkey);
    m_facts->add(tr("Ordered"), words::absolute(job.createdAt));
    if (job.readyAt)
        m_facts->add(tr("Ready"), words::absolute(*job.readyAt));
    if (job.destroyedAt)
        m_facts->add(tr("Destroyed"), words::absolute(*job.destroyedAt));
    m_facts->add(tr("Price"), words::amount(job.amount));
    m_facts->add(tr("Refund to"), job.refundAddress);
    m_facts->add(tr("Machine"),
                 QStringList{job.spec.size, job.spec.region, job.spec.image}.join(QStringLiteral(", ")));
    if (job.spec.volumeGb > 0)
        m_facts->add(tr("Volume"), tr("%1 GB").arg(job.spec.volumeGb));
    m_facts->add(tr("Costs us"),
                 job.monthlyCents == 0 ? QString() : tr("%1 a month").arg(dollarsOf(job.monthlyCents)));
    m_facts->add(tr("Its key"), keyWordsOf(job));
}

void NodeDetail::showThings(const NodeStory &story)
{
    m_things->clear();
    if (story.things.empty())
        return;
    if (isTakenDown(story.job))
        m_things->add(tr("Left there"), wordsOfLeft(story));
    for (const NodeThing &thing : story.things) {
        QString text = wordsOf(thing, story.job);
        if (!thing.providerId.isEmpty())
            text = tr("%1, %2").arg(thing.providerId, text);
        m_things->add(wordOf(thing.kind), text);
    }
}

} // namespace tower
