// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using SessionModel = KeyedModel<Session>;

/// Sessions, newest first. `filter` is read when rows are asked for.
SessionModel *makeSessionModel(Core &core, std::shared_ptr<SessionFilter> filter, QObject *context);

/// Whether a session belongs among the rows of this filter.
bool matches(const SessionFilter &filter, const Session &session);

struct PaidRequest
{
    SessionRequest request;
    std::optional<WorkMargin> margin;
};

using SessionRequestModel = KeyedModel<PaidRequest>;

/// The requests of one session, newest first.
SessionRequestModel *makeSessionRequestModel(Core &core, const QString &sessionId, QObject *context);

} // namespace tower
