// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Pauses.h"

#include <QTimer>

#include <utility>

namespace tower {

Later<bool> Pauses::begin(Millis duration)
{
    Later<bool> later;
    std::erase_if(m_open, [](const Later<bool> &pause) { return pause.isGiven(); });
    m_open.push_back(later);
    QTimer::singleShot(std::chrono::milliseconds(duration.value()), &m_context,
                       [later] { later.give(true); });
    return later;
}

void Pauses::abort()
{
    const std::vector<Later<bool>> open = std::exchange(m_open, {});
    for (const Later<bool> &pause : open)
        pause.give(false);
}

} // namespace tower
