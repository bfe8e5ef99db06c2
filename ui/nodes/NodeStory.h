// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/TimeLine.h"

namespace tower {

/// Everything about one node, read in one turn of the core thread.
struct NodeStory
{
    BootstrapJob job;
    std::vector<StageTime> stages;
    std::vector<NodeThing> things;
    std::optional<Invoice> openInvoice; ///< that is waited for
    std::vector<Refund> refunds;
};

/// Core thread. Nullopt: there is no such node.
std::optional<NodeStory> nodeStoryOf(Services &services, const QString &id);

/// From the invoice to the machine, and to its end when it was destroyed. Tailnet and volume only where they
/// are used; making the pair of keys is part of the key's stage.
std::vector<Stage> stagesOf(const NodeStory &story);

/// Of what was ordered, what the provider has not said to be gone.
std::vector<NodeThing> leftOf(const NodeStory &story);

/// Where its private key is, in a sentence. The key itself is nobody's here to read.
QString keyWordsOf(const BootstrapJob &job);

/// Whether something of it is to be removed at the provider, or was.
bool isTakenDown(const BootstrapJob &job);
bool canDestroy(const BootstrapJob &job);
bool canRetry(const BootstrapJob &job);

} // namespace tower
