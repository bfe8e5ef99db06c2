// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "ui/shell/Core.h"

#include <QThread>

#include <memory>

namespace tower {

class ConsoleControl;
class Tower;

/// The core thread of the console: a Tower built, run and destroyed there, while windows live on the GUI
/// thread.
class CoreThread
{
public:
    /// Starts the thread and waits until the tower stands (no window exists yet). Throws what its start
    /// threw. An address that can't be had is no reason to fail: the window says so.
    explicit CoreThread(TowerOptions options);
    /// Stops the tower as towerd does (at most 5 s), then the thread.
    ~CoreThread();
    CoreThread(const CoreThread &) = delete;
    CoreThread &operator=(const CoreThread &) = delete;

    /// An object that lives on the core thread: work is sent to it.
    [[nodiscard]] QObject *context() const;
    [[nodiscard]] Services *services() const { return m_services.get(); }

private:
    QThread m_thread;
    std::unique_ptr<QObject> m_context;
    std::unique_ptr<Tower> m_tower;
    std::unique_ptr<ConsoleControl> m_control;
    std::unique_ptr<Services> m_services;
};

} // namespace tower
