// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/base/Settings.h"
#include "core/store/SettingsStore.h"

namespace tower {

/// Changing settings while running: checked against the catalogue, stored with an activity row, then
/// effective. Core thread.
class SavedSettings
{
public:
    /// Brings the saved layer into force. Throws ServiceError "invalid_setting" for what no longer fits its
    /// range.
    SavedSettings(Database &database, const Clock &clock, Settings &settings, Activity &activity);

    /// What another process saved since comes into force here, too.
    void reload();

    /// All or none. Throws ServiceError: "invalid_setting", or 409 "setting_fixed" for one that the command
    /// line, the environment or the config file fixes. An absent text puts a setting back to its default.
    void change(const Settings::Changes &changes, const QString &actor);

private:
    Database &m_database;
    const Clock &m_clock;
    Settings &m_settings;
    SettingsStore m_store;
    Activity &m_activity;
};

} // namespace tower
