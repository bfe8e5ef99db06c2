// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QJsonValue>

namespace tower {

/// A whole number as JSON (QJsonValue has no constructor for the platform's std::int64_t).
inline QJsonValue jsonNumber(std::int64_t value)
{
    return QJsonValue(static_cast<qint64>(value));
}
inline QJsonValue jsonNumber(Sats value)
{
    return jsonNumber(value.value());
}

} // namespace tower
