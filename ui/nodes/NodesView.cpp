// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodesView.h"

#include "ui/nodes/NodeDetail.h"
#include "ui/nodes/NodeLooks.h"
#include "ui/widgets/DataTable.h"

namespace tower {

NodesView::NodesView(const PageContext &context, QWidget *parent)
    : RecordsView(context, {"node", {"refund", "invoice"}, "nodes", {560, 440}}, parent)
    , m_filter(std::make_shared<BootstrapFilter>())
    , m_model(makeNodeModel(context.core, m_filter, this))
{
    for (const BootstrapState state : {BootstrapState::AwaitingPayment, BootstrapState::Provisioning,
                                       BootstrapState::Ready, BootstrapState::Failed})
        addState(lookOf(state).word, toText(state));
    build(*m_model);
    table()->setFilterHint(tr("Whole npub, key or node id"));
    table()->setEmpty(QStringLiteral("node"),
                      tr("Whoever orders a Bitcoin node over the API pays its invoice and gets a machine; it "
                         "will appear here with every step, its address and its cost."),
                      tr("No node matches the filter."));
    table()->setEmptyAction(tr("Set the price of a node"), [this] {
        if (this->context().goTo)
            this->context().goTo(QStringLiteral("settings"), QStringLiteral("BOOTSTRAP_FEE_SATS"));
    });
}

NodeDetail *NodesView::detail() const
{
    return qobject_cast<NodeDetail *>(panel()->content());
}

void NodesView::setFilter(const QString &state, const std::optional<PubKey> &key)
{
    *m_filter = {.state = bootstrapStateFromText(state), .pubkey = key};
}

void NodesView::readDetail(const QString &id)
{
    readStory(
        id, nodeStoryOf, [this](const NodeStory &story) { present(story); },
        tr("There is no node with this id."));
}

void NodesView::present(const NodeStory &story)
{
    if (auto *detail = shown<NodeDetail>(story.job.id)) {
        detail->show(story);
        return;
    }
    panel()->present(tr("Node"), new NodeDetail(context(), story));
    table()->select(story.job.id);
}

void NodesView::readRows(const std::vector<QString> &ids)
{
    readChangedRows(
        context().core, m_model, ids, [](Services &s, const QString &id) { return s.bootstrap.find(id); },
        [this](const BootstrapJob &job) { return matches(*m_filter, job); });
}

} // namespace tower
