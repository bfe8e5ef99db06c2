// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/SimulatedCloud.h"
#include "tests/nodes/ProvisionHouse.h"
#include "tests/nodes/ScriptedProvider.h"

namespace tower::test {

/// With the simulated provider, which can be told to fail.
struct SimulatedHouse : ProvisionHouse
{
    explicit SimulatedHouse(const QString &engine, bool withTailnet = true)
        : ProvisionHouse(engine)
    {
        use(cloudOfTest, withTailnet ? &tailscale : nullptr);
    }
    ~SimulatedHouse() { end(); }

    /// What is there under a node's tag or name: "droplet", "volume", "key", sorted.
    QStringList left(const QString &id)
    {
        QStringList out;
        const std::vector<CloudThing> things = ended(provider.list()).value.value();
        for (const CloudThing &thing : things) {
            if (thing.name == nodeTag(id))
                out << toText(thing.kind);
        }
        for (const auto &[key, description] : tailscale.keys) {
            if (description == nodeTag(id))
                out << QStringLiteral("tailnet_key");
        }
        out.sort();
        return out;
    }
    QStringList stagesOf(const QString &id)
    {
        QStringList out;
        for (const StageTime &reached : program->store.stages(id))
            out << toText(reached.stage);
        return out;
    }

    Fate fate;
    SimulatedCloud provider{*database, clock};
    FatalCloud cloudOfTest{provider, fate};
    FatalTailnet tailscale{fate};
};

} // namespace tower::test
