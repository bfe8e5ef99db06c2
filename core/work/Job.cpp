// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/Job.h"

namespace tower {

QString toText(JobState state)
{
    switch (state) {
    case JobState::AwaitingEvalPayment:
        return QStringLiteral("awaiting_eval_payment");
    case JobState::Evaluating:
        return QStringLiteral("evaluating");
    case JobState::Rejected:
        return QStringLiteral("rejected");
    case JobState::AwaitingWorkPayment:
        return QStringLiteral("awaiting_work_payment");
    case JobState::Executing:
        return QStringLiteral("executing");
    case JobState::Complete:
        return QStringLiteral("complete");
    case JobState::Failed:
        return QStringLiteral("failed");
    case JobState::Expired:
        return QStringLiteral("expired");
    }
    Q_UNREACHABLE();
}

std::optional<JobState> jobStateFromText(const QString &text)
{
    using enum JobState;
    for (const JobState state : {AwaitingEvalPayment, Evaluating, Rejected, AwaitingWorkPayment, Executing,
                                 Complete, Failed, Expired}) {
        if (toText(state) == text)
            return state;
    }
    return std::nullopt;
}

} // namespace tower
