// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Pauses.h"

#include <QTimer>

namespace tower::test {

/// Waits in no time: the clock is turned by as much, and the waiter goes on from the event loop of its
/// thread.
inline Wait turningWait(ManualClock &clock)
{
    return [&clock](Millis duration) {
        const Later<bool> later;
        QTimer::singleShot(0, [&clock, duration, later] {
            clock.advance(duration);
            later.give(true);
        });
        return later;
    };
}

} // namespace tower::test
