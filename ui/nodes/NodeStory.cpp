// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodeStory.h"

#include "ui/nodes/NodeLooks.h"
#include "ui/widgets/Words.h"

#include <QCoreApplication>

#include <algorithm>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::NodeDetail)
};

bool usesTailnet(const NodeStory &story)
{
    return std::any_of(story.things.begin(), story.things.end(),
                       [](const NodeThing &thing) { return thing.kind == CloudKind::TailnetKey; });
}

std::optional<Millis> timeOf(const NodeStory &story, NodeStage stage)
{
    for (const StageTime &each : story.stages) {
        if (each.stage == stage)
            return each.at;
    }
    return std::nullopt;
}

/// When the last of it was gone.
std::optional<Millis> goneAt(const NodeStory &story)
{
    std::optional<Millis> out = story.job.destroyedAt;
    for (const NodeThing &thing : story.things)
        out = std::max(out, thing.removedAt);
    return out;
}

} // namespace

std::optional<NodeStory> nodeStoryOf(Services &services, const QString &id)
{
    const auto job = services.bootstrap.find(id);
    if (!job)
        return std::nullopt;
    NodeStory out{*job, services.bootstrap.stages(id), services.bootstrap.things(id), std::nullopt,
                  services.refunds.of(RefundOwner::Node, id)};
    if (job->state == BootstrapState::AwaitingPayment) {
        const auto invoice = services.invoices.find(job->paymentHash);
        if (invoice && invoice->state == InvoiceState::Open)
            out.openInvoice = invoice;
    }
    return out;
}

std::vector<Stage> stagesOf(const NodeStory &story)
{
    const BootstrapJob &job = story.job;
    std::vector<NodeStage> path{NodeStage::Paid, NodeStage::Key};
    if (usesTailnet(story))
        path.push_back(NodeStage::TailnetKey);
    if (job.spec.volumeGb > 0)
        path.push_back(NodeStage::Volume);
    path.insert(path.end(), {NodeStage::Droplet, NodeStage::Address, NodeStage::Ready});

    std::vector<Stage> out{{Text::tr("Invoice"), Stage::State::Done, job.createdAt}};
    bool walked = true;
    for (const NodeStage stage : path) {
        Stage next{wordOf(stage), Stage::State::Next, timeOf(story, stage)};
        if (next.at) {
            next.state = Stage::State::Done;
        } else if (walked) {
            walked = false;
            next.state = Stage::State::Now;
            if (job.state == BootstrapState::Failed) {
                next.state = Stage::State::Failed;
                next.at = job.failedAt;
            }
        }
        out.push_back(std::move(next));
    }
    if (job.destroyedAt)
        out.push_back({Text::tr("Taken down"), job.atWork ? Stage::State::Now : Stage::State::Done,
                       job.atWork ? job.destroyedAt : goneAt(story)});
    return out;
}

std::vector<NodeThing> leftOf(const NodeStory &story)
{
    std::vector<NodeThing> out;
    std::copy_if(story.things.begin(), story.things.end(), std::back_inserter(out),
                 [](const NodeThing &thing) { return !thing.removedAt; });
    return out;
}

QString keyWordsOf(const BootstrapJob &job)
{
    if (job.ownKey)
        return Text::tr("the customer's own: there is no private key here");
    if (job.keyKept && job.keyDeliveredAt)
        return Text::tr("delivered at %1; kept a while longer, in case the answer got lost")
            .arg(words::absolute(*job.keyDeliveredAt));
    if (job.keyKept)
        return Text::tr("kept, sealed, until the customer fetches it");
    if (job.keyDeliveredAt)
        return Text::tr("delivered at %1, and erased here").arg(words::absolute(*job.keyDeliveredAt));
    return job.sshPublicKey.isEmpty() ? Text::tr("not made yet") : Text::tr("erased");
}

bool isTakenDown(const BootstrapJob &job)
{
    return job.state == BootstrapState::Failed || job.destroyedAt;
}

bool canDestroy(const BootstrapJob &job)
{
    return job.state == BootstrapState::Provisioning ||
           (job.state == BootstrapState::Ready && !job.destroyedAt);
}

bool canRetry(const BootstrapJob &job)
{
    return job.atWork;
}

} // namespace tower
