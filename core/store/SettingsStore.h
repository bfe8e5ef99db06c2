// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/store/Database.h"

#include <vector>

namespace tower {

/// A value that the operator saved on the Settings page.
struct SavedSetting
{
    QString name;
    QString value;
    Millis updatedAt;
    QString actor;
};

/// The table `settings`: the saved layer of the settings. Checks nothing: Settings::check() has done so.
class SettingsStore
{
public:
    explicit SettingsStore(Database &database)
        : m_database(database)
    {
    }

    /// For Settings::load().
    [[nodiscard]] Settings::Values values();
    [[nodiscard]] std::vector<SavedSetting> all();

    void save(Transaction &transaction, const SavedSetting &setting);
    /// False when nothing was saved under that name.
    bool remove(Transaction &transaction, const QString &name);

private:
    Database &m_database;
};

} // namespace tower
