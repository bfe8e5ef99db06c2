// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeWork.h"

#include <algorithm>

namespace tower {

NodeWork::NodeWork(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps, NodeRun run,
                   std::shared_ptr<const RunScope> scope)
    : m_house(house)
    , m_store(store)
    , m_steps(steps)
    , m_run(std::move(run))
    , m_scope(std::move(scope))
{
}

bool NodeWork::isStopping(const ServiceError &error)
{
    return error.code().endsWith("_stopped");
}

QCoro::Task<void> NodeWork::ask(QCoro::Task<void> call)
{
    std::exception_ptr problem;
    try {
        co_await call;
    } catch (const ServiceError &) {
        problem = std::current_exception();
    }
    throwIfGone();
    if (problem)
        std::rethrow_exception(problem);
}

QCoro::Task<void> NodeWork::pause(Millis duration)
{
    Later<bool> waiting = m_house.wait(duration);
    const bool whole = co_await waiting;
    throwIfGone();
    if (!whole)
        throw unavailable(QStringLiteral("The program stops."), "node_stopped");
    throwIfStopping();
}

void NodeWork::keep(bool written)
{
    if (!written)
        throw RunOver();
    throwIfStopping();
}

void NodeWork::throwIfGone() const
{
    if (*m_scope == RunScope::Gone)
        throw RunOver();
}

void NodeWork::throwIfStopping() const
{
    if (*m_scope == RunScope::Stopping)
        throw unavailable(QStringLiteral("The program stops."), "node_stopped");
}

QCoro::Task<std::optional<Droplet>> NodeWork::lookForDroplet(Millis orderedAt)
{
    const Find<Droplet> find = [this] { return m_house.cloud.findDroplet(tag(), tag()); };
    QCoro::Task<std::optional<Droplet>> looking = lookFor(orderedAt, find);
    co_return co_await looking;
}

QCoro::Task<std::optional<QString>> NodeWork::lookForVolume(Millis orderedAt, QString region)
{
    const Find<QString> find = [this, region] { return m_house.cloud.findVolume(tag(), region); };
    QCoro::Task<std::optional<QString>> looking = lookFor(orderedAt, find);
    co_return co_await looking;
}

std::optional<NodeThing> NodeWork::thing(CloudKind kind)
{
    const std::vector<NodeThing> things = m_store.things(m_run.id);
    const auto found = std::find_if(things.begin(), things.end(),
                                    [kind](const NodeThing &each) { return each.kind == kind; });
    return found == things.end() ? std::nullopt : std::optional(*found);
}

} // namespace tower
