// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/api/BootstrapRoutes.h"

#include <QJsonObject>

namespace tower {

/// What the last sweep found at the provider.
QJsonObject toJson(const SweepReport &report);

/// Nodes as their routes show them: what does not belong to the state is left out.
class BootstrapShape
{
public:
    explicit BootstrapShape(const BootstrapServices &services)
        : m_services(services)
    {
    }

    /// Ready, and not taken down.
    static bool hasCredentials(const BootstrapJob &job);

    QJsonObject created(const Bootstrap::Created &created);
    /// Without credentials.
    QJsonObject node(const BootstrapJob &job);
    QJsonObject nodeWithCredentials(const BootstrapJob &job, const Bootstrap::KeyDelivery &delivery);

    /// The same with what only the operator sees; never the private key.
    QJsonObject adminNode(const BootstrapJob &job);
    /// And with its stages, its invoice, and what was ordered for it elsewhere.
    QJsonObject story(const BootstrapJob &job);

private:
    QJsonObject progress(const BootstrapJob &job);
    std::optional<Invoice> invoiceOf(const BootstrapJob &job);

    BootstrapServices m_services;
};

} // namespace tower
