// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Settings.h"

#include "core/base/Error.h"
#include "core/base/IniFile.h"
#include "core/base/Secrets.h"

#include <QFile>

#include <algorithm>
#include <numeric>

namespace tower {
namespace {

constexpr qint64 largestConfigFile = 1024 * 1024;

std::size_t indexOf(Setting s)
{
    return static_cast<std::size_t>(s);
}

/// Levenshtein distance, one row at a time.
std::size_t editDistance(const QString &a, const QString &b)
{
    std::vector<std::size_t> row(static_cast<std::size_t>(b.size()) + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (qsizetype i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (qsizetype j = 0; j < b.size(); ++j) {
            const auto column = static_cast<std::size_t>(j);
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[column + 1];
            row[column + 1] = std::min({replaced, diagonal + 1, row[column] + 1});
        }
    }
    return row.back();
}

QString nearestName(const QString &name)
{
    QString nearest;
    std::size_t best = std::numeric_limits<std::size_t>::max();
    const auto consider = [&](const char *candidate) {
        const QString text = QString::fromLatin1(candidate);
        const std::size_t distance = editDistance(name.toUpper(), text);
        if (distance < best) {
            best = distance;
            nearest = text;
        }
    };
    for (const SettingSpec &spec : Settings::catalogue()) {
        consider(spec.name);
        if (spec.alias)
            consider(spec.alias);
    }
    return nearest;
}

/// The secret that `name` or NAME_FILE means, if it is one.
const SecretSpec *secretNamed(const QString &name)
{
    for (const SecretSpec &spec : Secrets::catalogue()) {
        const QString secret = QString::fromLatin1(spec.name);
        if (name.compare(secret, Qt::CaseInsensitive) == 0 ||
            name.compare(secret + QStringLiteral("_FILE"), Qt::CaseInsensitive) == 0)
            return &spec;
    }
    return nullptr;
}

} // namespace

Settings::Settings()
    : Settings({}, QProcessEnvironment(), {})
{
}

Settings::Settings(const Values &commandLine, const QProcessEnvironment &environment, const Values &config)
{
    for (const SettingSpec &spec : catalogue())
        m_values.push_back(parse(spec, QString::fromLatin1(spec.defaultText), SettingSource::Default));

    apply(config, SettingSource::ConfigFile);
    Values known;
    for (const SettingSpec &spec : catalogue()) {
        for (const char *name : {spec.name, spec.alias}) {
            if (name && environment.contains(QString::fromLatin1(name)))
                known.emplace(QString::fromLatin1(name), environment.value(QString::fromLatin1(name)));
        }
    }
    apply(known, SettingSource::Environment);
    apply(commandLine, SettingSource::CommandLine);
    checkTogether(m_values);
    m_withoutSaved = m_values;
}

void Settings::apply(const Values &values, SettingSource source)
{
    std::map<Setting, QString> seen;
    for (const auto &[name, text] : values) {
        const SettingSpec *spec = find(name);
        if (!spec) {
            noteUnknown(name, source);
            continue;
        }
        Value value = parse(*spec, text, source);
        const auto [twin, first] = seen.emplace(spec->setting, value.text);
        if (!first && twin->second != value.text)
            throw badRequest(
                spec->name,
                QStringLiteral("%1 and %2 (%3) are one setting and say different things: %4 and %5")
                    .arg(QLatin1String(spec->name), QLatin1String(spec->alias), sourceName(source),
                         twin->second, value.text),
                "invalid_setting");
        m_values[indexOf(spec->setting)] = std::move(value);
    }
}

void Settings::noteUnknown(const QString &name, SettingSource source)
{
    if (const SecretSpec *secret = secretNamed(name); secret && source == SettingSource::ConfigFile)
        throw badRequest(
            secret->name,
            QStringLiteral("%1 does not belong in the config file, since it is about a secret: set "
                           "the environment variable %2, or %2_FILE to the path of a file that "
                           "holds it")
                .arg(name.toUpper(), QLatin1String(secret->name)),
            "secret_in_config");
    m_warnings.append(QStringLiteral("%1 (%2) is not a setting; the nearest known name is %3")
                          .arg(name, sourceName(source), nearestName(name)));
}

void Settings::load(const Values &saved)
{
    Effective values = m_withoutSaved;
    QStringList unknown;
    for (const auto &[name, text] : saved) {
        const SettingSpec *spec = find(name);
        if (!spec)
            unknown.append(name);
        else if (!isFixed(spec->setting))
            values[indexOf(spec->setting)] = parse(*spec, text, SettingSource::Saved);
    }
    checkTogether(values);
    m_values = std::move(values);
    for (const QString &name : unknown)
        noteUnknown(name, SettingSource::Saved);
}

void Settings::checkTogether(const Effective &values)
{
    enum class Rule { Less, LessOrEqual };
    struct Pair
    {
        Setting lower;
        Setting upper;
        Rule rule;
    };
    static constexpr Pair pairs[] = {
        {Setting::TrustTierEstablished, Setting::TrustTierTrusted, Rule::Less},
        {Setting::TrustTierTrusted, Setting::TrustTierElite, Rule::Less},
        {Setting::SessionMinDepositSats, Setting::SessionMaxDepositSats, Rule::LessOrEqual},
    };
    for (const Pair &pair : pairs) {
        const std::int64_t lower = values[indexOf(pair.lower)].number;
        const std::int64_t upper = values[indexOf(pair.upper)].number;
        if (lower < upper || (pair.rule == Rule::LessOrEqual && lower == upper))
            continue;
        throw badRequest(
            spec(pair.lower).name,
            QStringLiteral("%1=%2 must be %3 %4=%5")
                .arg(QLatin1String(spec(pair.lower).name))
                .arg(lower)
                .arg(pair.rule == Rule::Less ? QStringLiteral("less than") : QStringLiteral("at most"))
                .arg(QLatin1String(spec(pair.upper).name))
                .arg(upper),
            "invalid_setting");
    }
}

std::int64_t Settings::integer(Setting s) const
{
    Q_ASSERT(spec(s).type == SettingType::Integer || spec(s).type == SettingType::Flag);
    return valueOf(s).number;
}

std::int64_t Settings::millionths(Setting s) const
{
    Q_ASSERT(spec(s).type == SettingType::Decimal);
    return valueOf(s).number;
}

const QString &Settings::text(Setting s) const
{
    return valueOf(s).text;
}

const QStringList &Settings::list(Setting s) const
{
    Q_ASSERT(spec(s).type == SettingType::List || spec(s).type == SettingType::PubKeys);
    return valueOf(s).list;
}

const QList<int> &Settings::kinds(Setting s) const
{
    Q_ASSERT(spec(s).type == SettingType::Kinds);
    return valueOf(s).kinds;
}

SettingSource Settings::source(Setting s) const
{
    return valueOf(s).source;
}

bool Settings::isFixed(Setting s) const
{
    return m_withoutSaved[indexOf(s)].source != SettingSource::Default;
}

Settings::Effective Settings::with(const Changes &changes) const
{
    Effective values = m_values;
    for (const auto &[setting, text] : changes) {
        if (isFixed(setting))
            throw ServiceError(ErrorKind::Conflict, "setting_fixed",
                               QStringLiteral("%1 is fixed by the %2 and can't be changed here")
                                   .arg(QLatin1String(spec(setting).name),
                                        sourceName(m_withoutSaved[indexOf(setting)].source)),
                               spec(setting).name);
        values[indexOf(setting)] =
            text ? parse(spec(setting), *text, SettingSource::Saved) : m_withoutSaved[indexOf(setting)];
    }
    checkTogether(values);
    return values;
}

QString Settings::check(Setting s, const QString &text) const
{
    return *check({{s, text}}).at(s);
}

Settings::Changes Settings::check(const Changes &changes) const
{
    const Effective values = with(changes);
    Changes normal;
    for (const auto &[setting, text] : changes)
        normal.emplace(setting, text ? std::optional(values[indexOf(setting)].text) : std::nullopt);
    return normal;
}

void Settings::setSaved(const Changes &changes)
{
    Effective values = with(changes);
    m_values.swap(values);
    for (const auto &[setting, text] : changes) {
        if (values[indexOf(setting)].text == m_values[indexOf(setting)].text)
            continue;
        for (const auto &listener : m_listeners)
            listener(setting);
    }
}

const SettingSpec &Settings::spec(Setting s)
{
    return catalogue()[indexOf(s)];
}

const SettingSpec *Settings::find(const QString &nameOrAlias)
{
    for (const SettingSpec &spec : catalogue()) {
        if (nameOrAlias == QLatin1String(spec.name) ||
            (spec.alias && nameOrAlias == QLatin1String(spec.alias)))
            return &spec;
    }
    return nullptr;
}

QString Settings::sourceName(SettingSource source)
{
    switch (source) {
    case SettingSource::Default:
        return QStringLiteral("default");
    case SettingSource::Saved:
        return QStringLiteral("saved");
    case SettingSource::ConfigFile:
        return QStringLiteral("config file");
    case SettingSource::Environment:
        return QStringLiteral("environment");
    case SettingSource::CommandLine:
        return QStringLiteral("command line");
    }
    Q_UNREACHABLE();
}

Settings::Values Settings::readConfigFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw badRequest("config",
                         QStringLiteral("the config file %1 can't be read: %2").arg(path, file.errorString()),
                         "config_unreadable");
    const QByteArray content = file.read(largestConfigFile + 1);
    if (file.error() != QFileDevice::NoError)
        throw badRequest("config",
                         QStringLiteral("the config file %1 can't be read: %2").arg(path, file.errorString()),
                         "config_unreadable");
    if (content.size() > largestConfigFile)
        throw badRequest("config", QStringLiteral("the config file %1 is larger than 1 MB").arg(path),
                         "config_unreadable");
    Values values;
    for (const IniEntry &entry : parseIni(content, path))
        values.emplace(QString::fromLatin1(entry.name), QString::fromUtf8(entry.value));
    return values;
}

} // namespace tower
