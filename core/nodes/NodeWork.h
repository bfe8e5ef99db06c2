// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/nodes/BootstrapSteps.h"

#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace tower {

/// Whether runs go on: what starts them tells.
enum class RunScope { Open, Stopping, Gone };

/// Ends a run that has nothing to say any more: its claim is another's by now, or its program is gone.
struct RunOver
{
};

/// What all work on one claimed node has in common. An answer is written down before anything else happens;
/// then the run ends if it is to: with RunOver, or with "node_stopped" when it is to go on another time.
/// Lives in the coroutine that runs it, and outlives what it refers to only to throw RunOver. Core thread.
class NodeWork
{
public:
    NodeWork(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps, NodeRun run,
             std::shared_ptr<const RunScope> scope);

    static bool isStopping(const ServiceError &error);

    /// For so long after an order without an answer it is looked for before it is ordered again.
    static constexpr Millis grace = seconds(60);

protected:
    /// The answer of a call, if the program is still there when it comes.
    template <class T>
    QCoro::Task<T> ask(QCoro::Task<T> call)
    {
        std::optional<T> answer;
        std::exception_ptr problem;
        try {
            answer.emplace(co_await call);
        } catch (const ServiceError &) {
            problem = std::current_exception();
        }
        throwIfGone();
        if (problem)
            std::rethrow_exception(problem);
        co_return std::move(*answer);
    }
    QCoro::Task<void> ask(QCoro::Task<void> call);
    QCoro::Task<void> pause(Millis duration);

    /// After a step was written down: what is not ours any more is not gone on with, and a stop stops here.
    void keep(bool written);
    void throwIfGone() const;
    void throwIfStopping() const;

    template <class T>
    using Find = std::function<QCoro::Task<std::optional<T>>()>;
    /// Looks for what was ordered at that time and got no answer: until it is there, or would be by now.
    template <class T>
    QCoro::Task<std::optional<T>> lookFor(Millis orderedAt, Find<T> find)
    {
        for (;;) {
            const bool last = now() - orderedAt >= grace;
            QCoro::Task<std::optional<T>> finding = ask(find());
            std::optional<T> found = co_await finding;
            if (found || last)
                co_return found;
            QCoro::Task<void> pausing = pause(lookAgainAfter);
            co_await pausing;
        }
    }
    QCoro::Task<std::optional<Droplet>> lookForDroplet(Millis orderedAt);
    QCoro::Task<std::optional<QString>> lookForVolume(Millis orderedAt, QString region);

    [[nodiscard]] std::optional<NodeThing> thing(CloudKind kind);
    [[nodiscard]] Millis now() const { return m_house.clock.now(); }
    /// Under which the node's machine, volume and keys are known elsewhere.
    [[nodiscard]] QString tag() const { return nodeTag(m_run.id); }

    static constexpr Millis lookAgainAfter = seconds(5);

    NodeHouse m_house;
    BootstrapStore &m_store;
    BootstrapSteps &m_steps;
    NodeRun m_run;

private:
    std::shared_ptr<const RunScope> m_scope;
};

} // namespace tower
