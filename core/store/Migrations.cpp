// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Migrations.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/store/Backup.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QRegularExpression>

/// The steps are linked in from a static library, which registers no resources by itself.
static void registerResources()
{
    Q_INIT_RESOURCE(migrations);
}

namespace tower {

namespace {

/// Key of the PostgreSQL advisory lock under which programs migrate one after another.
constexpr std::int64_t migrationsLock = 0x746f776572'02;

std::vector<QString> statementsOf(const QString &text)
{
    static const QRegularExpression separator(QStringLiteral("^-- ;;[ \\t\\r]*$"),
                                              QRegularExpression::MultilineOption);
    static const QRegularExpression comments(QStringLiteral("^\\s*(--.*)?$"),
                                             QRegularExpression::MultilineOption);
    std::vector<QString> out;
    for (const QString &part : text.split(separator)) {
        if (!QString(part).remove(comments).trimmed().isEmpty())
            out.push_back(part.trimmed());
    }
    return out;
}

bool hasVersionTable(Database &database)
{
    if (database.engine() == Engine::Sqlite)
        return database.number("SELECT count(*) AS n FROM sqlite_master WHERE name = 'schema_version'") > 0;
    return database.number("SELECT count(*) AS n FROM pg_tables "
                           "WHERE schemaname = current_schema() AND tablename = 'schema_version'") > 0;
}

} // namespace

Migrations::Migrations(Engine engine, const QString &folder)
{
    registerResources();
    const QString mine = engine == Engine::Sqlite ? QStringLiteral("sqlite") : QStringLiteral("postgresql");
    static const QRegularExpression pattern(
        QStringLiteral("^(\\d{4})_([a-z0-9_]+)(?:\\.(sqlite|postgresql))?\\.sql$"));
    for (const QString &fileName : QDir(folder).entryList(QDir::Files, QDir::Name)) {
        const QRegularExpressionMatch match = pattern.match(fileName);
        if (!match.hasMatch() || (!match.captured(3).isEmpty() && match.captured(3) != mine))
            continue;
        QFile file(folder + u'/' + fileName);
        if (!file.open(QIODevice::ReadOnly))
            throw internalError(QStringLiteral("The migration %1 can't be read.").arg(fileName));
        const QByteArray text = file.readAll();
        Step step;
        step.version = match.captured(1).toInt();
        step.name = match.captured(2);
        step.checksum =
            QString::fromLatin1(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex());
        step.statements = statementsOf(QString::fromUtf8(text));
        if (step.version != known() + 1)
            throw internalError(
                QStringLiteral("The migrations are not numbered 1, 2, 3 … at %1.").arg(fileName));
        m_steps.push_back(std::move(step));
    }
    if (m_steps.empty())
        throw internalError(QStringLiteral("No migrations were found in %1.").arg(folder));
}

int Migrations::version(Database &database)
{
    if (!hasVersionTable(database))
        return 0;
    return static_cast<int>(database.number("SELECT max(version) AS n FROM schema_version"));
}

void Migrations::checkNotNewer(Database &database) const
{
    const int found = version(database);
    if (found > known())
        throw conflict(
            QStringLiteral("This database was written by a newer version (schema %1; this program knows 1 "
                           "to %2). It was left as it is: start the newer program.")
                .arg(found)
                .arg(known()),
            "database_newer");
}

MigrationReport Migrations::run(Database &database, const Clock &clock) const
{
    checkNotNewer(database);
    MigrationReport report;
    report.from = version(database);
    report.to = known();
    if (report.from > 0)
        warnAboutEditedSteps(database);
    if (report.from == known())
        return report;

    if (report.from > 0 && database.engine() == Engine::Sqlite) {
        report.backupPath = backupBeforeMigration(database, report.from + 1, clock.now());
        log::info("store", QStringLiteral("database copied before its migration"),
                  {{"from", QString::number(report.from)},
                   {"to", QString::number(known())},
                   {"copy", report.backupPath}});
    }
    for (auto i = static_cast<std::size_t>(report.from); i < m_steps.size(); ++i)
        apply(database, m_steps[i], clock.now());
    return report;
}

void Migrations::apply(Database &database, const Step &step, Millis now) const
{
    Transaction transaction(database);
    if (database.engine() == Engine::Postgres) {
        database.script(QStringLiteral("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"));
        database.number("SELECT 1 AS n FROM pg_advisory_xact_lock(?)", {migrationsLock});
    }
    // Another program may have been faster.
    checkNotNewer(database);
    if (version(database) >= step.version)
        return;
    database.script(QStringLiteral(R"(
        CREATE TABLE IF NOT EXISTS schema_version (
            version    BIGINT PRIMARY KEY,
            name       TEXT NOT NULL,
            applied_at BIGINT NOT NULL,
            checksum   TEXT NOT NULL
        ))"));
    for (const QString &statement : step.statements)
        database.script(statement);
    database.execute("INSERT INTO schema_version (version, name, applied_at, checksum) VALUES (?, ?, ?, ?)",
                     {step.version, step.name, now, step.checksum});
    transaction.commit();
    log::info("store", QStringLiteral("schema step applied"),
              {{"version", QString::number(step.version)}, {"name", step.name}});
}

void Migrations::warnAboutEditedSteps(Database &database) const
{
    const auto applied =
        database.all("SELECT version, checksum FROM schema_version ORDER BY version", {}, [](const Row &row) {
            return std::pair(static_cast<std::size_t>(row.integer("version")), row.text("checksum"));
        });
    for (const auto &[number, checksum] : applied) {
        if (number >= 1 && number <= m_steps.size() && m_steps[number - 1].checksum != checksum)
            log::warning("store", QStringLiteral("a schema step was edited after it had been applied"),
                         {{"version", QString::number(number)}, {"name", m_steps[number - 1].name}});
    }
}

} // namespace tower
