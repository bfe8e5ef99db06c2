// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/Session.h"

namespace tower {

QString toText(SessionState state)
{
    switch (state) {
    case SessionState::AwaitingPayment:
        return QStringLiteral("awaiting_payment");
    case SessionState::Active:
        return QStringLiteral("active");
    case SessionState::Paused:
        return QStringLiteral("paused");
    case SessionState::Expired:
        return QStringLiteral("expired");
    case SessionState::Closed:
        return QStringLiteral("closed");
    }
    Q_UNREACHABLE();
}

std::optional<SessionState> sessionStateFromText(const QString &text)
{
    for (const SessionState state : {SessionState::AwaitingPayment, SessionState::Active,
                                     SessionState::Paused, SessionState::Expired, SessionState::Closed}) {
        if (toText(state) == text)
            return state;
    }
    return std::nullopt;
}

QString toText(RequestState state)
{
    switch (state) {
    case RequestState::Running:
        return QStringLiteral("running");
    case RequestState::Complete:
        return QStringLiteral("complete");
    case RequestState::Rejected:
        return QStringLiteral("rejected");
    case RequestState::Failed:
        return QStringLiteral("failed");
    }
    Q_UNREACHABLE();
}

std::optional<RequestState> requestStateFromText(const QString &text)
{
    for (const RequestState state :
         {RequestState::Running, RequestState::Complete, RequestState::Rejected, RequestState::Failed}) {
        if (toText(state) == text)
            return state;
    }
    return std::nullopt;
}

} // namespace tower
