// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapLooks.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Words.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::ZapLooks)
};

struct Purpose
{
    const char *name;
    const char *word;
};

constexpr std::array purposes{
    Purpose{"zap_request", QT_TRANSLATE_NOOP("tower::ZapLooks", "zap request")},
    Purpose{"engagement", QT_TRANSLATE_NOOP("tower::ZapLooks", "message to a member")},
    Purpose{"receipt", QT_TRANSLATE_NOOP("tower::ZapLooks", "receipt for a provider")},
    Purpose{"nip98", QT_TRANSLATE_NOOP("tower::ZapLooks", "sign-in to the relay")},
};

const Purpose *find(const QString &name)
{
    const auto found = std::find_if(purposes.begin(), purposes.end(),
                                    [&name](const Purpose &p) { return name == QLatin1String(p.name); });
    return found == purposes.end() ? nullptr : &*found;
}

} // namespace

PillLook lookOf(ZapState state)
{
    switch (state) {
    case ZapState::Intent:
        return {Text::tr("to be sent"), PillShape::Ring, Tone::Info};
    case ZapState::Paying:
        return {Text::tr("under way"), PillShape::Ring, Tone::Info};
    case ZapState::Paid:
        return {Text::tr("paid"), PillShape::Dot, Tone::Good};
    case ZapState::Failed:
        return {Text::tr("failed"), PillShape::Square, Tone::Bad};
    case ZapState::Unknown:
        return {Text::tr("unknown"), PillShape::Triangle, Tone::Warn};
    case ZapState::Skipped:
        return {Text::tr("skipped"), PillShape::Square, Tone::Neutral};
    }
    return {};
}

PillLook lookOf(EngagementState state)
{
    switch (state) {
    case EngagementState::Proposed:
        return {Text::tr("proposed"), PillShape::Ring, Tone::Info};
    case EngagementState::Sent:
        return {Text::tr("sent"), PillShape::Dot, Tone::Good};
    case EngagementState::Skipped:
        return {Text::tr("skipped"), PillShape::Square, Tone::Neutral};
    }
    return {};
}

PillLook lookOf(const LoggedEvent &event)
{
    if (event.publishState == PublishState::None)
        return {Text::tr("not sent"), PillShape::Ring, Tone::Neutral};
    return lookOf(event.publishState);
}

QString wordOfPurpose(const QString &purpose)
{
    const Purpose *known = find(purpose);
    return known ? Text::tr(known->word) : purpose;
}

QStringList eventPurposes()
{
    QStringList out;
    for (const Purpose &each : purposes)
        out.append(QString::fromLatin1(each.name));
    return out;
}

QString recipientText(const Zap &zap)
{
    if (zap.recipient)
        return QString::fromLatin1(toNpub(*zap.recipient));
    return zap.lightningAddress.isEmpty() ? zap.paymentRequest : zap.lightningAddress;
}

QString recipientInWords(const Zap &zap)
{
    return zap.recipient || zap.lightningAddress.isEmpty() ? words::shortened(recipientText(zap))
                                                           : zap.lightningAddress;
}

} // namespace tower
