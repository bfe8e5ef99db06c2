// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tower {

/// What others wrote, fit to be stored and shown: at most `maximum` UTF-16 units, no pair of them cut, a lone
/// half replaced (U+FFFD), and a blank for each control character.
QString safeText(const QString &text, qsizetype maximum);

} // namespace tower
