// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Looks.h"

#include <QCoreApplication>
#include <QLocale>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::Looks)
};

} // namespace

PillLook lookOf(Tier tier)
{
    switch (tier) {
    case Tier::Anonymous:
        return {Text::tr("anonymous"), PillShape::Ring, Tone::Anonymous};
    case Tier::New:
        return {Text::tr("new"), PillShape::Ring, Tone::New};
    case Tier::Established:
        return {Text::tr("established"), PillShape::Dot, Tone::Established};
    case Tier::Trusted:
        return {Text::tr("trusted"), PillShape::Square, Tone::Trusted};
    case Tier::Elite:
        return {Text::tr("elite"), PillShape::Triangle, Tone::Elite};
    }
    return {};
}

PillLook lookOf(AccessLevel level)
{
    switch (level) {
    case AccessLevel::None:
        return {Text::tr("none"), PillShape::Square, Tone::Bad};
    case AccessLevel::Read:
        return {Text::tr("read"), PillShape::Ring, Tone::Info};
    case AccessLevel::Write:
        return {Text::tr("write"), PillShape::Dot, Tone::Good};
    }
    return {};
}

PillLook lookOf(QueueStatus status)
{
    switch (status) {
    case QueueStatus::Pending:
        return {Text::tr("pending"), PillShape::Ring, Tone::Info};
    case QueueStatus::Flagged:
        return {Text::tr("flagged"), PillShape::Triangle, Tone::Warn};
    case QueueStatus::Approved:
        return {Text::tr("approved"), PillShape::Dot, Tone::Good};
    case QueueStatus::AutoApproved:
        return {Text::tr("auto-approved"), PillShape::Dot, Tone::Good};
    case QueueStatus::Rejected:
        return {Text::tr("rejected"), PillShape::Square, Tone::Bad};
    }
    return {};
}

PillLook lookOf(PublishState state)
{
    switch (state) {
    case PublishState::None:
        return {};
    case PublishState::Waiting:
        return {Text::tr("publishing"), PillShape::Ring, Tone::Info};
    case PublishState::Published:
        return {Text::tr("published"), PillShape::Dot, Tone::Good};
    case PublishState::Failed:
        return {Text::tr("not published"), PillShape::Triangle, Tone::Bad};
    }
    return {};
}

PillLook progressOf(const QueuedEvent &event)
{
    const bool approved = event.status == QueueStatus::Approved || event.status == QueueStatus::AutoApproved;
    return approved && event.publishState != PublishState::None ? lookOf(event.publishState)
                                                                : lookOf(event.status);
}

PillLook lookOfVerdict(const QString &verdict)
{
    if (verdict == QLatin1String("approve"))
        return {Text::tr("approve"), PillShape::Dot, Tone::Good};
    if (verdict == QLatin1String("flag"))
        return {Text::tr("flag"), PillShape::Triangle, Tone::Warn};
    if (verdict == QLatin1String("undecided"))
        return {Text::tr("unsure"), PillShape::Ring, Tone::Neutral};
    return {};
}

PillLook lookOfPolicyAction(const QString &action)
{
    if (action == QLatin1String("accept"))
        return {Text::tr("accept"), PillShape::Dot, Tone::Good};
    if (action == QLatin1String("shadowReject"))
        return {Text::tr("held"), PillShape::Ring, Tone::Info};
    return {Text::tr("reject"), PillShape::Square, Tone::Bad};
}

QString wordOf(GrantedBy by)
{
    switch (by) {
    case GrantedBy::Manual:
        return Text::tr("by hand");
    case GrantedBy::AutoTier:
        return Text::tr("by tier");
    case GrantedBy::Seed:
        return Text::tr("seed");
    }
    return {};
}

QString wordOfKind(int kind)
{
    const QString number = QString::number(kind);
    switch (kind) {
    case 0:
        return Text::tr("%1 profile").arg(number);
    case 1:
        return Text::tr("%1 note").arg(number);
    case 3:
        return Text::tr("%1 follows").arg(number);
    case 4:
        return Text::tr("%1 direct message").arg(number);
    case 5:
        return Text::tr("%1 deletion").arg(number);
    case 6:
        return Text::tr("%1 repost").arg(number);
    case 7:
        return Text::tr("%1 reaction").arg(number);
    case 1984:
        return Text::tr("%1 report").arg(number);
    case 9735:
        return Text::tr("%1 zap").arg(number);
    case 30023:
        return Text::tr("%1 article").arg(number);
    default:
        return number;
    }
}

} // namespace tower
