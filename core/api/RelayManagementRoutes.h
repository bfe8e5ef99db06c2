// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/api/Auth.h"
#include "core/http/Router.h"
#include "core/relay/RelayManagement.h"
#include "core/store/Reader.h"

namespace tower {

/// Whether the caller of GET / is a Nostr client that asks for the relay's information (NIP-11).
bool wantsRelayInformation(const HttpRequest &request);
/// The NIP-11 document. `timmy`: the relay's own key.
HttpResponse relayInformation(const RelayProfile &profile, const std::optional<PubKey> &timmy);

/// POST / and POST /api/relay/manage: relay management (NIP-86), signed by an administrator (NIP-98).
void addRelayManagementRoutes(Router &router, Auth &auth, RelayManagement &management, const Clock &clock,
                              Reader &reader);

} // namespace tower
