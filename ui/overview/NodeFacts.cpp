// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/NodeFacts.h"

#include "ui/nodes/NodeLooks.h"
#include "ui/widgets/Words.h"

#include <QCoreApplication>

#include <algorithm>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::Overview)
};

constexpr int latest = PageRequest::maximumLimit; ///< nodes of a state that are looked at for trouble
constexpr Millis patience = seconds(3'600);

void addTroubles(const BootstrapJob &job, NodeFacts &facts)
{
    if (job.state == BootstrapState::Failed && job.refundState == RefundState::Pending) {
        facts.owed.push_back(job.id);
        facts.owedAmount += job.refundAmount;
    }
    const auto since = job.destroyedAt ? job.destroyedAt : job.failedAt;
    if (job.atWork && since)
        facts.goingDown.push_back({job.id, *since});
}

Alert opens(Tone tone, const QString &text, const QString &key)
{
    return {tone, text, Text::tr("Show"), Alert::Act::Open, QStringLiteral("nodes"), key};
}

void addOwed(const NodeFacts &facts, std::vector<Alert> &out)
{
    if (facts.owed.empty())
        return;
    out.push_back(opens(Tone::Bad,
                        Text::tr("%n node(s) failed, and what was paid is still owed back: %1.", nullptr,
                                 static_cast<int>(facts.owed.size()))
                            .arg(words::amount(facts.owedAmount)),
                        facts.owed.size() == 1 ? QStringLiteral("node:") + facts.owed.front()
                                               : QStringLiteral("failed")));
}

void addGoingDown(const NodeFacts &facts, Millis now, std::vector<Alert> &out)
{
    std::vector<NodeFacts::Going> slow;
    std::copy_if(facts.goingDown.begin(), facts.goingDown.end(), std::back_inserter(slow),
                 [now](const NodeFacts::Going &going) { return now - going.since > patience; });
    if (slow.empty())
        return;
    const auto oldest =
        std::min_element(slow.begin(), slow.end(), [](const NodeFacts::Going &a, const NodeFacts::Going &b) {
            return a.since < b.since;
        });
    out.push_back(opens(Tone::Warn,
                        Text::tr("%n node(s) can't be taken down, the oldest for %1: the provider goes on "
                                 "charging for what is left.",
                                 nullptr, static_cast<int>(slow.size()))
                            .arg(words::relative(oldest->since, now)),
                        QStringLiteral("node:") + oldest->id));
}

void addMixture(const NodeFacts &facts, std::vector<Alert> &out)
{
    if (facts.cloudSimulated == facts.walletSimulated)
        return;
    out.push_back(
        {Tone::Warn,
         facts.walletSimulated
             ? Text::tr("Nodes are sold for play money on a real cloud: each costs real money.")
             : Text::tr("Nodes are sold for real sats on a simulated cloud: nobody gets a machine."),
         Text::tr("Set it"), Alert::Act::Open, QStringLiteral("settings"),
         facts.walletSimulated ? QStringLiteral("LNBITS_URL") : QStringLiteral("secrets")});
}

} // namespace

NodeFacts readNodes(Services &services)
{
    NodeFacts out;
    out.awaiting = services.bootstrap.count(BootstrapState::AwaitingPayment);
    out.provisioning = services.bootstrap.count(BootstrapState::Provisioning);
    out.ready = services.bootstrap.count(BootstrapState::Ready);
    for (const BootstrapState state : {BootstrapState::Failed, BootstrapState::Ready}) {
        for (const BootstrapJob &job : services.bootstrap.list({.state = state}, {latest, {}}).items)
            addTroubles(job, out);
    }
    const SweepReport &report = services.nodeSweep.report();
    out.orphans = static_cast<std::int64_t>(report.orphans.size());
    out.orphanCents = report.monthlyCents;
    out.walletSimulated = services.invoices.wallet().isSimulated();
    for (const SecretLine &secret : services.control.secrets()) {
        if (secret.name == QLatin1String("DO_API_TOKEN"))
            out.cloudSimulated = !secret.isSet;
    }
    return out;
}

std::vector<Alert> alertsOf(const NodeFacts &facts, Millis now)
{
    std::vector<Alert> out;
    addOwed(facts, out);
    addGoingDown(facts, now, out);
    if (facts.orphans > 0)
        out.push_back(opens(Tone::Warn,
                            Text::tr("%n thing(s) at the cloud's provider belong to no node of ours and cost "
                                     "%1 a month.",
                                     nullptr, static_cast<int>(facts.orphans))
                                .arg(dollarsOf(facts.orphanCents)),
                            QStringLiteral("orphans")));
    addMixture(facts, out);
    return out;
}

NodeFactsWatch::NodeFactsWatch(Core &core, QObject *parent)
    : QObject(parent)
    , m_core(core)
{
    connect(&core, &Core::changed, this, [this](const std::vector<Change> &changes) {
        m_stale = m_stale || std::any_of(changes.begin(), changes.end(), [](const Change &change) {
                      return change.kind == QLatin1String("node") || change.kind == QLatin1String("refund");
                  });
    });
    connect(&core, &Core::swept, this, [this] { m_stale = true; });
}

void NodeFactsWatch::look()
{
    if (m_asking || !m_stale)
        return;
    m_asking = true;
    m_stale = false;
    m_core.run(
        this, [](Services &s) { return readNodes(s); },
        [this](const NodeFacts &facts) {
            m_asking = false;
            m_facts = facts;
            emit changed();
        },
        [this](const ServiceError &) {
            m_asking = false;
            m_stale = true;
        });
}

} // namespace tower
