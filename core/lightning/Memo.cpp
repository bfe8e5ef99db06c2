// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/Memo.h"

#include "core/base/Text.h"

namespace tower {

QString invoiceMemo(const QString &text)
{
    constexpr qsizetype room = 639;
    QString memo = safeText(text, room);
    // A UTF-16 unit takes three bytes at most, so that this never cuts more than it must.
    for (qsizetype over = memo.toUtf8().size() - room; over > 0; over = memo.toUtf8().size() - room)
        memo = safeText(memo, memo.size() - (over + 2) / 3);
    return memo;
}

} // namespace tower
