// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tower {

/// A memo that an invoice has room for: 639 bytes of UTF-8 (BOLT 11, tag d), no character cut, no control
/// characters.
QString invoiceMemo(const QString &text);

} // namespace tower
