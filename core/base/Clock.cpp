// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Clock.h"

#include <QDateTime>
#include <QTimeZone>

namespace tower {

Millis SystemClock::now() const
{
    return Millis(QDateTime::currentMSecsSinceEpoch());
}

QString toIso(Millis at)
{
    return QDateTime::fromMSecsSinceEpoch(at.value(), QTimeZone::utc()).toUTC().toString(Qt::ISODateWithMs);
}

std::optional<Millis> fromIso(const QString &text)
{
    const QDateTime parsed = QDateTime::fromString(text, Qt::ISODateWithMs);
    if (!parsed.isValid() || parsed.timeSpec() == Qt::LocalTime)
        return std::nullopt;
    return Millis(parsed.toMSecsSinceEpoch());
}

} // namespace tower
