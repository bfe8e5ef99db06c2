// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSocketNotifier>

#include <functional>
#include <memory>

namespace tower {

/// Turns SIGTERM and SIGINT into a call on the event loop of the thread that made it. A second signal ends
/// the process at once with status 130, whatever the event loop is doing. At most one at a time.
class ShutdownSignals
{
public:
    explicit ShutdownSignals(std::function<void(int signal)> onSignal);
    ~ShutdownSignals();
    ShutdownSignals(const ShutdownSignals &) = delete;
    ShutdownSignals &operator=(const ShutdownSignals &) = delete;

private:
    std::function<void(int)> m_onSignal;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace tower
