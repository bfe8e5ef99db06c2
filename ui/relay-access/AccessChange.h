// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/relay-access/AccessForm.h"
#include "ui/shell/Core.h"

#include <utility>
#include <vector>

namespace tower {

/// What became of an AccessRequest, and what is needed to take it back.
struct AccessOutcome
{
    std::vector<BulkResult> results;
    /// Each changed account as it is now and as it was (nullopt: there was none).
    std::vector<std::pair<RelayAccount, std::optional<RelayAccount>>> undo;

    [[nodiscard]] int done() const;
    /// "2 of 5 failed: npub1…: reason"; empty when all went well.
    [[nodiscard]] QString problems() const;
};

/// How many keys one call may carry.
constexpr int accessChunk = 1'000;

/// Grants or revokes at most accessChunk keys, each for itself. Core thread.
AccessOutcome applyAccess(Services &services, const AccessRequest &request, const QString &actor);
/// Puts back what has not changed since; returns how many it could not. Core thread.
int undoAccess(Services &services, const AccessOutcome &outcome, const QString &actor);

} // namespace tower
