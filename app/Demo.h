// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"

#include <QTemporaryDir>

#include <memory>

namespace tower {

/// A throw-away data folder with a month of plausible life in it: identities of every tier, grants and
/// revocations, a moderation queue, policy decisions. Made by the services themselves under a clock that is
/// turned back, so that every row, history and hash is what the real thing would have left. The same seed
/// gives the same demo; the folder goes with this object.
class Demo
{
public:
    /// Turns `options` to the throw-away folder and fills it.
    explicit Demo(TowerOptions &options);

private:
    QTemporaryDir m_folder;
};

/// The demo that `options` ask for, or nullptr.
std::unique_ptr<Demo> makeDemo(TowerOptions &options);

} // namespace tower
