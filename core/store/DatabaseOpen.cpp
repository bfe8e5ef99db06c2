// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Opening a connection on either engine, and what its failures mean.
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/store/Database.h"
#include "core/store/SqliteHandle.h"

#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QSqlError>
#include <QSqlQuery>
#include <QThread>

namespace tower {

namespace {

constexpr qlonglong applicationId = 0x544D4D59; // "TMMY"
constexpr int busyTimeoutMs = 5000;
constexpr int sqliteInterrupted = 9; // SQLITE_INTERRUPT
constexpr qlonglong minimumPostgresVersion = 130'000;

/// Keeps the file, its write-ahead log and its index private: SQLite gives all three the mode of the first.
void createPrivately(const QString &path)
{
    QFile file(path);
    if (!file.exists())
        (void)file.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFile::ReadOwner | QFile::WriteOwner);
}

ServiceError notOurs(const QString &path)
{
    return conflict(QStringLiteral("%1 is not a Timmy Tower database; it was left as it is.").arg(path),
                    "database_foreign");
}

enum class Failure { Busy, Unavailable, Lost, Full, Damaged, Foreign, Other };

Failure classifySqlite(int code)
{
    switch (code & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
        return Failure::Busy;
    case 8:  // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 14: // SQLITE_CANTOPEN
        return Failure::Unavailable;
    case 11: // SQLITE_CORRUPT
        return Failure::Damaged;
    case 13: // SQLITE_FULL
        return Failure::Full;
    case 26: // SQLITE_NOTADB
        return Failure::Foreign;
    default:
        return Failure::Other;
    }
}

Failure classifyPostgres(const QString &state)
{
    // Errors that libpq itself reports carry no SQLSTATE: the server did not answer.
    if (state.isEmpty() || state.startsWith(u"08") || state.startsWith(u"57P") || state == u"25P03")
        return Failure::Lost;
    if (state == u"53100")
        return Failure::Full;
    if (state == u"55P03" || state == u"40001" || state == u"40P01" || state == u"57014")
        return Failure::Busy;
    if (state.startsWith(u"53") || state.startsWith(u"28") || state == u"25006")
        return Failure::Unavailable;
    if (state == u"XX001" || state == u"XX002")
        return Failure::Damaged;
    return Failure::Other;
}

ServiceError describe(Failure failure, const QString &id)
{
    const QString suffix = QStringLiteral(" (log id %1)").arg(id);
    switch (failure) {
    case Failure::Busy:
        return unavailable(QStringLiteral("The database is busy; try again.") + suffix, "database_busy");
    case Failure::Unavailable:
    case Failure::Lost:
        return unavailable(QStringLiteral("The database can't be reached, read or written.") + suffix,
                           "database_unavailable");
    case Failure::Full:
        return internalError(QStringLiteral("The disk of the database is full; nothing was changed.") +
                                 suffix,
                             "database_full");
    case Failure::Damaged:
        return internalError(QStringLiteral("The database is damaged; restore a backup.") + suffix,
                             "database_error");
    case Failure::Foreign:
    case Failure::Other:
        break;
    }
    return internalError(QStringLiteral("The database refused a statement.") + suffix, "database_error");
}

} // namespace

void Database::open()
{
    const bool sqlite = engine() == Engine::Sqlite;
    QSqlDatabase connection =
        QSqlDatabase::contains(m_connectionName)
            ? QSqlDatabase::database(m_connectionName, false)
            : QSqlDatabase::addDatabase(sqlite ? QStringLiteral("QSQLITE") : QStringLiteral("QPSQL"),
                                        m_connectionName);
    if (!connection.isValid())
        throw unavailable(QStringLiteral("Qt's database driver %1 is not installed.")
                              .arg(sqlite ? QStringLiteral("QSQLITE") : QStringLiteral("QPSQL")),
                          "database_unavailable");
    if (sqlite)
        openSqlite(connection);
    else
        openPostgres(connection);
}

void Database::openSqlite(QSqlDatabase &connection)
{
    const bool readOnly = m_mode == Mode::ReadOnly;
    if (!readOnly)
        createPrivately(m_url.path);
    connection.setDatabaseName(m_url.path);
    connection.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1%2")
                                     .arg(busyTimeoutMs)
                                     .arg(readOnly ? QStringLiteral(";QSQLITE_OPEN_READONLY") : QString()));
    if (!connection.open())
        throw unavailable(QStringLiteral("The database file %1 can't be opened.").arg(m_url.path),
                          "database_unavailable");
    m_sqlite = std::make_unique<SqliteHandle>(connection);

    QSqlQuery query(connection);
    const auto pragma = [&](const QString &text) -> QVariant {
        // Two programs that start at once meet here; changing the journal mode does not wait by itself.
        for (int waited = 0;; waited += 20) {
            if (query.exec(text)) {
                const QVariant answer = query.next() ? query.value(0) : QVariant();
                query.finish();
                return answer;
            }
            const QSqlError error = query.lastError();
            const Failure failure = classifySqlite(error.nativeErrorCode().toInt());
            if (failure == Failure::Foreign)
                throw notOurs(m_url.path);
            if (failure != Failure::Busy || waited >= busyTimeoutMs)
                fail(error, text.toStdString());
            QThread::msleep(20);
        }
    };

    const QStringList version = pragma(QStringLiteral("SELECT sqlite_version()")).toString().split(u'.');
    if (version.size() < 2 || version[0].toInt() != 3 || version[1].toInt() < 35)
        throw unavailable(
            QStringLiteral("SQLite 3.35 or newer is needed; this is %1.").arg(version.join(u'.')),
            "database_unavailable");
    const qlonglong id = pragma(QStringLiteral("PRAGMA application_id")).toLongLong();
    const bool hasTables = pragma(QStringLiteral("SELECT count(*) FROM sqlite_master")).toLongLong() > 0;
    if (id != applicationId && (id != 0 || hasTables))
        throw notOurs(m_url.path);

    if (readOnly) {
        pragma(QStringLiteral("PRAGMA query_only=ON"));
    } else {
        if (id == 0)
            pragma(QStringLiteral("PRAGMA application_id=%1").arg(applicationId));
        if (pragma(QStringLiteral("PRAGMA journal_mode=WAL")).toString() != u"wal")
            throw unavailable(
                QStringLiteral("%1 lies where SQLite can't keep a write-ahead log.").arg(m_url.path),
                "database_unavailable");
        pragma(QStringLiteral("PRAGMA synchronous=FULL"));
        pragma(QStringLiteral("PRAGMA journal_size_limit=67108864"));
        pragma(QStringLiteral("PRAGMA secure_delete=ON")); // what is erased is not left lying in free pages
    }
    pragma(QStringLiteral("PRAGMA foreign_keys=ON"));
    pragma(QStringLiteral("PRAGMA recursive_triggers=ON")); // or INSERT OR REPLACE slips past DELETE triggers
    pragma(QStringLiteral("PRAGMA trusted_schema=OFF"));
    pragma(QStringLiteral("PRAGMA temp_store=MEMORY"));
}

void Database::openPostgres(QSqlDatabase &connection)
{
    connection.setHostName(m_url.host);
    connection.setPort(m_url.port);
    connection.setDatabaseName(m_url.name);
    connection.setUserName(m_url.user);
    connection.setPassword(m_url.password);
    QString options = QStringLiteral("connect_timeout=3;application_name=timmy-tower;client_encoding=UTF8;"
                                     "keepalives_idle=10;keepalives_interval=5;keepalives_count=3;"
                                     "tcp_user_timeout=15000");
    if (!m_url.sslMode.isEmpty())
        options += QStringLiteral(";sslmode=") + m_url.sslMode;
    connection.setConnectOptions(options);
    if (!connection.open()) {
        log::error(
            "store", QStringLiteral("PostgreSQL does not let us in"),
            {{"database", m_url.display()}, {"error", connection.lastError().databaseText().simplified()}});
        throw unavailable(QStringLiteral("The database %1 can't be reached.").arg(m_url.display()),
                          "database_unavailable");
    }
    QSqlQuery query(connection);
    const bool readOnly = m_mode == Mode::ReadOnly;
    // Ending the program waits for a long read, which nothing but this cuts short.
    const QString session =
        QStringLiteral(
            "SET statement_timeout = '%1'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout "
            "= '30s';"
            "SET timezone = 'UTC'; SET client_min_messages = error; SET synchronous_commit = on;"
            "SET standard_conforming_strings = on; SET default_transaction_isolation = 'read committed';"
            "SET default_transaction_read_only = %2")
            .arg(readOnly ? QStringLiteral("5s") : QStringLiteral("10s"),
                 readOnly ? QStringLiteral("on") : QStringLiteral("off"));
    if (!query.exec(session))
        fail(query.lastError(), "SET");
    if (!query.exec(QStringLiteral("SELECT current_setting('server_version_num')::bigint, "
                                   "current_setting('server_encoding')")) ||
        !query.next())
        fail(query.lastError(), "server_version_num");
    if (query.value(0).toLongLong() < minimumPostgresVersion)
        throw unavailable(QStringLiteral("PostgreSQL 13 or newer is needed."), "database_unavailable");
    if (query.value(1).toString() != u"UTF8")
        throw unavailable(QStringLiteral("The PostgreSQL database must have the encoding UTF8."),
                          "database_unavailable");
}

void Database::fail(const QSqlError &error, std::string_view sql)
{
    const QString code = error.nativeErrorCode();
    const Failure failure =
        engine() == Engine::Sqlite ? classifySqlite(code.toInt()) : classifyPostgres(code);
    if (m_transaction)
        m_transaction->m_failed = true;
    if (engine() == Engine::Sqlite && code.toInt() == sqliteInterrupted)
        throwIfCancelled();
    if (failure == Failure::Lost)
        m_broken = true;
    const QString id = QString::number(QRandomGenerator::global()->generate(), 16).rightJustified(8, u'0');
    log::error("store", QStringLiteral("statement failed"),
               {{"id", id},
                {"code", code},
                {"error", error.databaseText().simplified()},
                {"sql", QString::fromUtf8(sql.data(), static_cast<qsizetype>(sql.size())).simplified()}});
    throw describe(failure, id);
}

} // namespace tower
