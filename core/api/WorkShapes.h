// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/api/WorkRoutes.h"

#include <QJsonObject>

namespace tower {

/// An amount in US dollars, as a number. Its shortest text is exact: at most six decimals, as the integer
/// has.
QJsonValue jsonUsd(MicroUsd amount);
/// PricingBreakdown
QJsonObject toJson(const Quote &quote);
/// What a customer needs to pay it; the payment hash only of a simulated one.
QJsonObject toJson(const Invoice &invoice);
QJsonObject toJson(const PoolStatus &status);
QJsonObject toJson(const FreeTierGrant &grant);

/// The JSON of jobs and sessions, with what belongs to their state. What does not apply is left out.
class WorkShape
{
public:
    explicit WorkShape(const WorkServices &services)
        : m_services(services)
    {
    }

    QJsonObject job(const Job &job);
    QJsonObject session(const Session &session);
    QJsonObject answer(const Sessions::Answer &answer);

    /// The same with what only the operator sees.
    QJsonObject adminJob(const Job &job);
    QJsonObject adminSession(const Session &session);

    /// After decay; anonymous without a key.
    Tier tierOf(const std::optional<PubKey> &key);

private:
    WorkServices m_services;
};

} // namespace tower
