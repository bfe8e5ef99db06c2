// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activity/SavedSettings.h"

#include "core/base/Error.h"

namespace tower {

SavedSettings::SavedSettings(Database &database, const Clock &clock, Settings &settings, Activity &activity)
    : m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_store(database)
    , m_activity(activity)
{
    m_settings.load(m_store.values());
}

void SavedSettings::reload()
{
    const Settings::Values stored = m_store.values();
    Settings::Changes differing;
    for (const SettingSpec &spec : Settings::catalogue()) {
        if (m_settings.isFixed(spec.setting))
            continue;
        const auto found = stored.find(QString::fromLatin1(spec.name));
        const bool isSaved = m_settings.source(spec.setting) == SettingSource::Saved;
        if (found != stored.end() && (!isSaved || found->second != m_settings.text(spec.setting)))
            differing[spec.setting] = found->second;
        else if (found == stored.end() && isSaved)
            differing[spec.setting] = std::nullopt;
    }
    if (!differing.empty())
        m_settings.setSaved(differing);
}

void SavedSettings::change(const Settings::Changes &changes, const QString &actor)
{
    reload();
    const Settings::Changes checked = m_settings.check(changes);
    Transaction transaction(m_database);
    for (const auto &[setting, text] : checked) {
        const QString name = QString::fromLatin1(Settings::spec(setting).name);
        if (text)
            m_store.save(transaction, {name, *text, m_clock.now(), actor});
        else
            m_store.remove(transaction, name);
        m_activity.record(transaction, {actor,
                                        QStringLiteral("setting.change"),
                                        name,
                                        {},
                                        {{QStringLiteral("value"), m_settings.text(setting)}},
                                        {{QStringLiteral("value"),
                                          text ? QJsonValue(*text) : QJsonValue(QJsonValue::Null)}}});
        transaction.changed("setting", name);
    }
    transaction.commit();
    m_settings.setSaved(checked);
}

} // namespace tower
