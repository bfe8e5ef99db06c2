// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/SettingsPrint.h"

#include "core/base/Secrets.h"
#include "core/base/Settings.h"

namespace tower {
namespace {

QString orEmpty(const QString &value)
{
    return value.isEmpty() ? QStringLiteral("(empty)") : value;
}

QString meaningOf(const SettingSpec &spec)
{
    QString meaning = QString::fromUtf8(spec.meaning);
    if (spec.alias)
        meaning += QStringLiteral(" (alias %1)").arg(QLatin1String(spec.alias));
    return meaning;
}

/// Calls `heading` before the first setting of each group, `row` for every one.
template <class Heading, class Row>
void forEachByGroup(Heading heading, Row row)
{
    QString group;
    for (const SettingSpec &spec : Settings::catalogue()) {
        if (const QString own = QString::fromUtf8(spec.group); own != group) {
            group = own;
            heading(group);
        }
        row(spec);
    }
}

QString describeSecret(const Secrets &secrets, const SecretSpec &spec)
{
    const QString state = secrets.isSet(spec.secret) ? QStringLiteral("(set)") : QStringLiteral("(not set)");
    const QString source = secrets.isSet(spec.secret) ? Secrets::sourceName(secrets.source(spec.secret))
                                                      : QStringLiteral("nowhere");
    const QString standard = spec.generated ? QStringLiteral("generated") : QStringLiteral("(empty)");
    return QStringLiteral("%1=%2  [%3]  default: %4  %5\n")
        .arg(QLatin1String(spec.name), state, source, standard, QString::fromUtf8(spec.meaning));
}

QString row(const QStringList &cells)
{
    QStringList escaped = cells;
    for (QString &cell : escaped)
        cell.replace(u'|', QStringLiteral("\\|"));
    return QStringLiteral("| ") + escaped.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
}

QString code(const char *text)
{
    return *text == '\0' ? QStringLiteral("–") : QStringLiteral("`%1`").arg(QLatin1String(text));
}

} // namespace

QString describeSettings(const Settings &settings, const Secrets &secrets)
{
    QString out;
    forEachByGroup([&](const QString &group) { out += QStringLiteral("# %1\n").arg(group); },
                   [&](const SettingSpec &spec) {
                       out += QStringLiteral("%1=%2  [%3]  default: %4  %5\n")
                                  .arg(QLatin1String(spec.name), orEmpty(settings.text(spec.setting)),
                                       Settings::sourceName(settings.source(spec.setting)),
                                       orEmpty(QString::fromLatin1(spec.defaultText)), meaningOf(spec));
                   });
    out += QStringLiteral("# Secrets\n");
    for (const SecretSpec &spec : Secrets::catalogue())
        out += describeSecret(secrets, spec);
    return out;
}

QString settingsMarkdown()
{
    QString out = QStringLiteral(R"(# Settings

Every setting of `tower-console` and `towerd`. The names are environment variables; they may also stand in the
INI file that `--config` names, and on the Settings page. The first of these that says something counts: command
line, environment, config file, what was saved on the Settings page, default. A value that does not parse or lies
outside its range stops the start. `--print-settings` shows the values in effect and where they come from.

Settings marked "at the next start" are read once; the others take effect when they are saved.
)");
    forEachByGroup(
        [&](const QString &group) {
            out += QStringLiteral("\n## %1\n\n").arg(group);
            out += row({QStringLiteral("setting"), QStringLiteral("default"), QStringLiteral("allowed"),
                        QStringLiteral("takes effect"), QStringLiteral("meaning")});
            out += QStringLiteral("| --- | --- | --- | --- | --- |\n");
        },
        [&](const SettingSpec &spec) {
            out += row({code(spec.name), code(spec.defaultText), Settings::rangeText(spec),
                        spec.restart ? QStringLiteral("at the next start") : QStringLiteral("at once"),
                        meaningOf(spec)});
        });
    out += QStringLiteral(R"(
## Secrets

A secret comes from the environment variable of its name, from the file that `NAME_FILE` names, or from where the
tower keeps it: the desktop's keychain, or without one `secrets.ini` (mode 0600) in the data folder. It never stands
in the config file or in the database. What is marked "generated" is made at the first start and kept; it is never
made anew by itself.

)");
    out += row({QStringLiteral("secret"), QStringLiteral("default"), QStringLiteral("allowed"),
                QStringLiteral("meaning")});
    out += QStringLiteral("| --- | --- | --- | --- |\n");
    for (const SecretSpec &spec : Secrets::catalogue()) {
        const QString allowed = spec.secret == Secret::DataKey ? QStringLiteral("64 hex digits")
                                : spec.minimum > 1
                                    ? QStringLiteral("at least %1 characters").arg(spec.minimum)
                                    : QStringLiteral("any text on one line");
        out += row({code(spec.name), spec.generated ? QStringLiteral("generated") : QStringLiteral("–"),
                    allowed, QString::fromUtf8(spec.meaning)});
    }
    return out;
}

} // namespace tower
