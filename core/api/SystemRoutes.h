// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/http/HttpHost.h"
#include "core/http/Router.h"
#include "core/lightning/Wallet.h"
#include "core/nostr/RelayClient.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/RelayManagement.h"

#include <functional>

namespace tower {

/// What the system routes tell about.
struct SystemState
{
    Database &database;
    const Clock &clock;
    const Settings &settings;
    const Wallet &wallet;
    const Agent &agent;
    ModerationQueue &queue;
    PolicyLog &policyLog;
    const HttpHost &host;
    const RelayClient *relay; ///< nullptr: its health is not known
    Millis startedAt;
};

/// GET /api/healthz and /metrics.
void addSystemRoutes(Router &router, const SystemState &state);

/// GET / (a short page for people; the NIP-11 document for Nostr clients), /timmy-id-card.js,
/// /api/openapi.yaml, /api/docs and /api/testkit.
/// `baseUrl`: of this server, which the test kit looks at unless it is told otherwise.
void addDocumentRoutes(Router &router, RelayManagement &management, const RelayAccounts &accounts,
                       std::function<QString()> baseUrl);

} // namespace tower
