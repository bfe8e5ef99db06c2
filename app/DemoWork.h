// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/DemoSats.h"
#include "core/agent/SimulatedAgent.h"
#include "core/work/Jobs.h"
#include "core/work/Sessions.h"

namespace tower {

/// The paid work of the demo: jobs and sessions on the simulated agent.
class DemoWork
{
public:
    DemoWork(DemoSats &sats, Database &database, const Clock &clock, Identities &identities, Trust &trust,
             Activity &activity);

    /// A job that a customer orders and, as a rule, pays for.
    void job(const std::optional<PubKey> &customer, int number);
    /// A session with a few requests.
    void session(const std::optional<PubKey> &customer, int number);
    /// Gives to the pool, or takes from it.
    void adjustPool(Sats sats, const QString &reason);

private:
    Job settledJob(const QString &id);

    DemoSats &m_sats;
    SimulatedAgent m_agent;
    PriceOracle m_oracle;
    Pricing m_pricing;
    GenerosityPool m_pool;
    Zaps m_zaps;
    WorkHouse m_house;
    Jobs m_jobs;
    SessionMacaroons m_macaroons;
    Sessions m_sessions;
};

} // namespace tower
