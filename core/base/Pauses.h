// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Later.h"
#include "core/base/Types.h"

#include <QObject>

#include <functional>
#include <vector>

namespace tower {

/// Waits that long; false when cut short. Tests hand in one that takes no time.
using Wait = std::function<Later<bool>(Millis)>;

/// Waits by timers, which can all be cut short at once.
class Pauses
{
public:
    ~Pauses() { abort(); }

    Later<bool> begin(Millis duration);
    void abort();

private:
    QObject m_context; ///< its timers go with it
    std::vector<Later<bool>> m_open;
};

} // namespace tower
