// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QStringList>
#include <QUrl>

#include <stdexcept>

namespace tower {

/// The command can't be understood: exit status 2.
struct UsageError : std::runtime_error
{
    explicit UsageError(const QString &what)
        : std::runtime_error(what.toStdString())
    {
    }
};

/// It was understood and not done: exit status 1.
struct Refused : std::runtime_error
{
    explicit Refused(const QString &what)
        : std::runtime_error(what.toStdString())
    {
    }
};

/// One command of towerctl: its verb, what follows it, and options, which may stand before or after the verb.
class Command
{
public:
    /// Throws UsageError: an unknown verb or option, one that the verb does not take, a missing value, or too
    /// few or too many arguments for the verb.
    static Command parse(QStringList arguments);
    static QByteArray help();

    [[nodiscard]] const QString &verb() const { return m_verb; } ///< empty with --help or --version
    [[nodiscard]] const QStringList &arguments() const { return m_arguments; }
    [[nodiscard]] bool has(const QString &option) const { return m_options.contains(option); }
    [[nodiscard]] QString value(const QString &option, const QString &fallback = {}) const
    {
        return m_options.value(option, fallback);
    }
    /// Throws UsageError when it is missing or none of the choices.
    [[nodiscard]] QString choice(const QString &option, const QStringList &choices) const;

    [[nodiscard]] QUrl url() const;
    [[nodiscard]] bool json() const { return has("--json"); }
    /// --data-dir, else the folder that the programs use by default.
    [[nodiscard]] QString dataDir() const;

private:
    void checkVerb() const;

    QString m_verb;
    QStringList m_arguments;
    QMap<QString, QString> m_options;
};

} // namespace tower
