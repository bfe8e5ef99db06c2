// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/SettingsStore.h"

namespace tower {

std::vector<SavedSetting> SettingsStore::all()
{
    return m_database.all("SELECT name, value, updated_at, actor FROM settings ORDER BY name", {},
                          [](const Row &row) {
                              return SavedSetting{row.text("name"), row.text("value"),
                                                  row.millis("updated_at"), row.text("actor")};
                          });
}

Settings::Values SettingsStore::values()
{
    Settings::Values out;
    for (const SavedSetting &setting : all())
        out.emplace(setting.name, setting.value);
    return out;
}

void SettingsStore::save(Transaction &transaction, const SavedSetting &setting)
{
    transaction.database().execute(R"(
        INSERT INTO settings (name, value, updated_at, actor) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE
        SET value = excluded.value, updated_at = excluded.updated_at, actor = excluded.actor)",
                                   {setting.name, setting.value, setting.updatedAt, setting.actor});
    transaction.changed("setting", setting.name);
}

bool SettingsStore::remove(Transaction &transaction, const QString &name)
{
    if (transaction.database().execute("DELETE FROM settings WHERE name = ?", {name}) == 0)
        return false;
    transaction.changed("setting", name);
    return true;
}

} // namespace tower
