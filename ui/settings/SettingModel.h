// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

/// One setting, or one secret, as the page shows it. A secret's value is never here.
struct SettingLine
{
    QString name;
    QString group;
    QString meaning;
    QString value;
    QString standard; ///< the default
    QString range;
    QString source;
    bool isSecret = false;
    bool isSet = true;  ///< of a secret
    bool fixed = false; ///< by the command line, the environment or the config file
    bool saved = false; ///< has a value of its own here, which can be reset
    bool restart = false;
    std::optional<Setting> setting{};
    QStringList choices{};

    friend bool operator==(const SettingLine &, const SettingLine &) = default;
};

/// What the page's filters ask for.
struct SettingFilter
{
    QString group{}; ///< empty: all
    QString words{};
    bool changedOnly = false;
};

/// All settings in the catalogue's order, then the secrets. Core thread.
std::vector<SettingLine> settingLines(Services &services);
/// The catalogue's groups in order, and that of the secrets.
QStringList settingGroups();
QString secretsGroup();

using SettingModel = KeyedModel<SettingLine>;
SettingModel *makeSettingModel(Core &core, std::shared_ptr<SettingFilter> filter, QObject *context);

} // namespace tower
