// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/SettingModel.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::SettingModel)
};

PillLook stateOf(const SettingLine &line)
{
    if (line.isSecret)
        return line.isSet ? PillLook{Text::tr("set"), PillShape::Dot, Tone::Good}
                          : PillLook{Text::tr("not set"), PillShape::Ring, Tone::Neutral};
    if (line.fixed)
        return {Text::tr("fixed"), PillShape::Square, Tone::Info};
    if (line.saved)
        return {Text::tr("changed"), PillShape::Dot, Tone::Accent};
    return {Text::tr("default"), PillShape::Ring, Tone::Neutral};
}

std::vector<Column<SettingLine>> columns()
{
    return {
        {.info = {"name", Text::tr("Setting"), CellKind::Text, {}, 250},
         .text = [](const SettingLine &l) { return l.name; },
         .tooltip = [](const SettingLine &l) { return l.meaning; }},
        {.info = {"value", Text::tr("Value"), CellKind::Text, {}, 180},
         .text = [](const SettingLine &l) { return l.value; }},
        {.info = {"state", Text::tr("State"), CellKind::Pill, {}, 100},
         .tooltip = [](const SettingLine &l) { return l.source; },
         .pill = [](const SettingLine &l) { return stateOf(l); }},
        {.info = {"group", Text::tr("Group"), CellKind::Text, {}, 130, false},
         .text = [](const SettingLine &l) { return l.group; }},
        {.info = {"default", Text::tr("Default"), CellKind::Text, {}, 120, false},
         .text = [](const SettingLine &l) { return l.standard; }},
        {.info = {"meaning", Text::tr("Meaning"), CellKind::Text, {}, 320},
         .text = [](const SettingLine &l) { return l.meaning; }},
    };
}

bool wanted(const SettingLine &line, const SettingFilter &filter)
{
    if (!filter.group.isEmpty() && line.group != filter.group)
        return false;
    if (filter.changedOnly && !line.saved && !line.fixed)
        return false;
    return line.name.contains(filter.words, Qt::CaseInsensitive) ||
           line.meaning.contains(filter.words, Qt::CaseInsensitive);
}

SettingLine lineOf(const SettingSpec &spec, const Settings &settings)
{
    SettingLine out;
    out.name = QString::fromLatin1(spec.name);
    out.group = QString::fromUtf8(spec.group);
    out.meaning = QString::fromUtf8(spec.meaning);
    out.value = settings.text(spec.setting);
    out.standard = QString::fromUtf8(spec.defaultText);
    out.range = Settings::rangeText(spec);
    out.source = Settings::sourceName(settings.source(spec.setting));
    out.fixed = settings.isFixed(spec.setting);
    out.saved = settings.source(spec.setting) == SettingSource::Saved;
    out.restart = spec.restart;
    out.setting = spec.setting;
    if (spec.type == SettingType::Choice)
        out.choices = QString::fromLatin1(spec.choices).split(QLatin1Char(','));
    if (spec.type == SettingType::Flag)
        out.choices = {QStringLiteral("0"), QStringLiteral("1")};
    return out;
}

} // namespace

QString secretsGroup()
{
    return Text::tr("Secrets");
}

QStringList settingGroups()
{
    QStringList out;
    for (const SettingSpec &spec : Settings::catalogue()) {
        if (const QString group = QString::fromUtf8(spec.group); !out.contains(group))
            out.append(group);
    }
    out.append(secretsGroup());
    return out;
}

std::vector<SettingLine> settingLines(Services &services)
{
    std::vector<SettingLine> out;
    for (const SettingSpec &spec : Settings::catalogue())
        out.push_back(lineOf(spec, services.settings));
    for (const SecretLine &secret : services.control.secrets()) {
        SettingLine line;
        line.name = secret.name;
        line.group = secretsGroup();
        line.meaning = secret.meaning;
        line.isSecret = true;
        line.isSet = secret.isSet;
        line.source = secret.source;
        line.value = secret.isSet ? Text::tr("from %1").arg(secret.source) : QString();
        out.push_back(line);
    }
    return out;
}

SettingModel *makeSettingModel(Core &core, std::shared_ptr<SettingFilter> filter, QObject *context)
{
    RowSource<SettingLine> source{
        .key = [](const SettingLine &l) { return l.name; },
        .fetch =
            [&core, filter, context](const QString &, int, auto done, auto failed) {
                core.run(
                    context, [](Services &s) { return settingLines(s); },
                    [filter, done](const std::vector<SettingLine> &lines) {
                        Page<SettingLine> page;
                        for (const SettingLine &line : lines) {
                            if (wanted(line, *filter))
                                page.items.push_back(line);
                        }
                        page.total = static_cast<std::int64_t>(page.items.size());
                        done(std::move(page));
                    },
                    std::move(failed));
            },
    };
    return new SettingModel(columns(), std::move(source), context);
}

} // namespace tower
