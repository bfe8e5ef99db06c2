// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/Theme.h"

#include <QIcon>
#include <QPixmap>

namespace tower {

/// One of the set in resources/icons, by its name ("relay"). Painted in the palette's text colour at the
/// moment of painting, so that it follows light and dark.
QIcon icon(const QString &name);
/// The same in one tone.
QIcon icon(const QString &name, Tone tone);
/// The program's own mark, in colour.
QIcon appIcon();

} // namespace tower
