// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Types.h"

#include <QLocale>
#include <QString>

namespace tower {

/// How values read on the screen. Exports and copies use the raw forms instead.
namespace words {

/// The beginning and the end, with an ellipsis between: "npub1q9…x7fk".
QString shortened(const QString &text, int head = 9, int tail = 6);
/// "now", "3 min", "2 h", "5 d", then the date; a future time reads "in 3 min".
QString relative(Millis at, Millis now, const QLocale &locale = {});
/// Date and time here, to the second, with the UTC offset.
QString absolute(Millis at, const QLocale &locale = {});
/// Grouped with a thin space: 1 234 567.
QString grouped(std::int64_t number);
/// grouped() and the unit.
QString amount(Sats sats);
/// Cents at least, millionths where it takes them: "0.50 USD", "0.000312 USD".
QString dollars(MicroUsd amount, const QLocale &locale = {});
/// "1,234" or, at the count's limit, "10,000+".
QString matches(std::int64_t total, bool exact, const QLocale &locale = {});
/// A cell of CSV: quoted where needed; a leading = + - @ TAB or CR is escaped with an apostrophe, since
/// spreadsheets would run it. Numbers are written as they are.
QByteArray csvCell(const QString &text);

} // namespace words
} // namespace tower
