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
}

void SavedSettings::load()
{
    m_settings.load(m_store.values());
}

void SavedSettings::change(const Settings::Changes &changes, const QString &actor)
{
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
