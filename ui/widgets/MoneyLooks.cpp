// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/MoneyLooks.h"

#include "ui/widgets/Words.h"

#include <QCoreApplication>

#include <array>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::MoneyLooks)
};

struct Named
{
    const char *name;
    const char *word;
};

constexpr std::array movementWords{
    Named{"pool_seed", QT_TRANSLATE_NOOP("tower::MoneyLooks", "pool opened")},
    Named{"pool_adjust", QT_TRANSLATE_NOOP("tower::MoneyLooks", "pool changed by hand")},
    Named{"pool_credit", QT_TRANSLATE_NOOP("tower::MoneyLooks", "credit to the pool")},
    Named{"grant", QT_TRANSLATE_NOOP("tower::MoneyLooks", "absorbed by the pool")},
    Named{"bear", QT_TRANSLATE_NOOP("tower::MoneyLooks", "borne by the tower")},
    Named{"eval_paid", QT_TRANSLATE_NOOP("tower::MoneyLooks", "evaluation paid")},
    Named{"eval_refund_due", QT_TRANSLATE_NOOP("tower::MoneyLooks", "evaluation owed back")},
    Named{"work_paid", QT_TRANSLATE_NOOP("tower::MoneyLooks", "work paid")},
    Named{"work_kept", QT_TRANSLATE_NOOP("tower::MoneyLooks", "work earned")},
    Named{"work_refund_due", QT_TRANSLATE_NOOP("tower::MoneyLooks", "work owed back")},
    Named{"deposit", QT_TRANSLATE_NOOP("tower::MoneyLooks", "session paid in")},
    Named{"request", QT_TRANSLATE_NOOP("tower::MoneyLooks", "session request")},
    Named{"node_paid", QT_TRANSLATE_NOOP("tower::MoneyLooks", "node paid")},
    Named{"node_ready", QT_TRANSLATE_NOOP("tower::MoneyLooks", "node ready")},
    Named{"node_refund_due", QT_TRANSLATE_NOOP("tower::MoneyLooks", "node owed back")},
    Named{"late_payment", QT_TRANSLATE_NOOP("tower::MoneyLooks", "paid too late")},
    Named{"intent", QT_TRANSLATE_NOOP("tower::MoneyLooks", "payment begun")},
    Named{"settled", QT_TRANSLATE_NOOP("tower::MoneyLooks", "payment settled")},
    Named{"fee", QT_TRANSLATE_NOOP("tower::MoneyLooks", "routing fee")},
    Named{"returned", QT_TRANSLATE_NOOP("tower::MoneyLooks", "payment came back")},
    Named{"correct", QT_TRANSLATE_NOOP("tower::MoneyLooks", "correction by hand")},
};

constexpr std::array accountWords{
    Named{"wallet", QT_TRANSLATE_NOOP("tower::MoneyLooks", "Lightning wallet")},
    Named{"pool", QT_TRANSLATE_NOOP("tower::MoneyLooks", "Generosity pool")},
    Named{"revenue", QT_TRANSLATE_NOOP("tower::MoneyLooks", "Revenue")},
    Named{"operator", QT_TRANSLATE_NOOP("tower::MoneyLooks", "Operator")},
    Named{"zaps", QT_TRANSLATE_NOOP("tower::MoneyLooks", "Zaps")},
    Named{"routing_fees", QT_TRANSLATE_NOOP("tower::MoneyLooks", "Routing fees")},
};

template <std::size_t size>
QString find(const std::array<Named, size> &words, const QString &name)
{
    for (const Named &each : words) {
        if (name == QLatin1String(each.name))
            return Text::tr(each.word);
    }
    return {};
}

} // namespace

PillLook lookOf(JobState state)
{
    switch (state) {
    case JobState::AwaitingEvalPayment:
        return {Text::tr("awaits fee"), PillShape::Ring, Tone::Neutral};
    case JobState::Evaluating:
        return {Text::tr("evaluating"), PillShape::Ring, Tone::Info};
    case JobState::Rejected:
        return {Text::tr("rejected"), PillShape::Square, Tone::Warn};
    case JobState::AwaitingWorkPayment:
        return {Text::tr("awaits payment"), PillShape::Ring, Tone::Neutral};
    case JobState::Executing:
        return {Text::tr("working"), PillShape::Ring, Tone::Info};
    case JobState::Complete:
        return {Text::tr("complete"), PillShape::Dot, Tone::Good};
    case JobState::Failed:
        return {Text::tr("failed"), PillShape::Triangle, Tone::Bad};
    case JobState::Expired:
        return {Text::tr("expired"), PillShape::Square, Tone::Neutral};
    }
    return {};
}

PillLook lookOf(SessionState state)
{
    switch (state) {
    case SessionState::AwaitingPayment:
        return {Text::tr("awaits payment"), PillShape::Ring, Tone::Neutral};
    case SessionState::Active:
        return {Text::tr("active"), PillShape::Dot, Tone::Good};
    case SessionState::Paused:
        return {Text::tr("paused"), PillShape::Triangle, Tone::Warn};
    case SessionState::Expired:
        return {Text::tr("expired"), PillShape::Square, Tone::Neutral};
    case SessionState::Closed:
        return {Text::tr("closed"), PillShape::Square, Tone::Neutral};
    }
    return {};
}

PillLook lookOf(RequestState state)
{
    switch (state) {
    case RequestState::Running:
        return {Text::tr("working"), PillShape::Ring, Tone::Info};
    case RequestState::Complete:
        return {Text::tr("complete"), PillShape::Dot, Tone::Good};
    case RequestState::Rejected:
        return {Text::tr("rejected"), PillShape::Square, Tone::Warn};
    case RequestState::Failed:
        return {Text::tr("failed"), PillShape::Triangle, Tone::Bad};
    }
    return {};
}

PillLook lookOf(InvoiceState state)
{
    switch (state) {
    case InvoiceState::Open:
        return {Text::tr("open"), PillShape::Ring, Tone::Info};
    case InvoiceState::Paid:
        return {Text::tr("paid"), PillShape::Dot, Tone::Good};
    case InvoiceState::Expired:
        return {Text::tr("expired"), PillShape::Square, Tone::Neutral};
    case InvoiceState::PaidLate:
        return {Text::tr("paid too late"), PillShape::Triangle, Tone::Warn};
    }
    return {};
}

PillLook lookOf(OutgoingState state)
{
    switch (state) {
    case OutgoingState::Intent:
        return {Text::tr("to be paid"), PillShape::Ring, Tone::Info};
    case OutgoingState::Paying:
        return {Text::tr("under way"), PillShape::Ring, Tone::Info};
    case OutgoingState::Paid:
        return {Text::tr("paid"), PillShape::Dot, Tone::Good};
    case OutgoingState::Failed:
        return {Text::tr("failed"), PillShape::Square, Tone::Neutral};
    case OutgoingState::Unknown:
        return {Text::tr("unknown"), PillShape::Triangle, Tone::Bad};
    }
    return {};
}

PillLook lookOf(RefundState state)
{
    switch (state) {
    case RefundState::Pending:
        return {Text::tr("owed"), PillShape::Triangle, Tone::Warn};
    case RefundState::Paying:
        return {Text::tr("under way"), PillShape::Ring, Tone::Info};
    case RefundState::Paid:
        return {Text::tr("paid back"), PillShape::Dot, Tone::Good};
    }
    return {};
}

PillLook lookOfFreeTier(bool freeTier, Sats charged)
{
    if (!freeTier)
        return {};
    if (charged > Sats(0))
        return {Text::tr("partial"), PillShape::Ring, Tone::Accent};
    return {Text::tr("free"), PillShape::Dot, Tone::Accent};
}

QString wordOf(OutgoingPurpose purpose)
{
    switch (purpose) {
    case OutgoingPurpose::Refund:
        return Text::tr("refund");
    case OutgoingPurpose::Withdrawal:
        return Text::tr("withdrawal");
    case OutgoingPurpose::Zap:
        return Text::tr("zap");
    }
    return {};
}

QString wordOf(PriceOrigin origin)
{
    switch (origin) {
    case PriceOrigin::Live:
        return Text::tr("live price");
    case PriceOrigin::Stale:
        return Text::tr("last good price");
    case PriceOrigin::Fallback:
        return Text::tr("fallback price");
    }
    return {};
}

QString wordOfMovement(const QString &kind)
{
    const QString word = find(movementWords, kind);
    return word.isEmpty() ? kind : word;
}

QStringList movementKinds()
{
    QStringList out;
    for (const Named &each : movementWords)
        out.append(QString::fromLatin1(each.name));
    return out;
}

QString wordOfAccount(const QString &account)
{
    if (const QString word = find(accountWords, account); !word.isEmpty())
        return word;
    const auto colon = account.indexOf(QLatin1Char(':'));
    if (colon < 0)
        return account;
    const QString kind = account.left(colon);
    const QString ref = words::shortened(account.mid(colon + 1), 8, 4);
    if (kind == QLatin1String("session"))
        return Text::tr("Session %1").arg(ref);
    if (kind == QLatin1String("job"))
        return Text::tr("Job %1").arg(ref);
    if (kind == QLatin1String("node"))
        return Text::tr("Node %1").arg(ref);
    if (kind == QLatin1String("refund"))
        return Text::tr("Owed back: %1").arg(ref);
    if (kind == QLatin1String("outgoing"))
        return Text::tr("On its way: %1").arg(ref);
    return account;
}

} // namespace tower
