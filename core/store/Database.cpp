// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Database.h"

#include "core/base/Error.h"
#include "core/store/SqliteHandle.h"
#include "core/store/Statement.h"

#include <QAtomicInteger>
#include <QSqlError>

namespace tower {

namespace {

QString nextConnectionName()
{
    static QAtomicInteger<quint64> count;
    return QStringLiteral("tower-%1").arg(count.fetchAndAddRelaxed(1));
}

/// How many `?` stand outside quotes.
std::size_t placeholders(std::string_view sql)
{
    std::size_t count = 0;
    char quote = 0;
    for (const char c : sql) {
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (c == '?')
            ++count;
    }
    return count;
}

/// Text that one engine would store and the other refuse or cut off is refused by both.
void checkText(const QVariant &value)
{
    if (value.typeId() != QMetaType::QString)
        return;
    const auto &text = *static_cast<const QString *>(value.constData());
    if (text.contains(QChar(0)) || !text.isValidUtf16())
        throw badRequest({}, QStringLiteral("Text must be valid Unicode without NUL characters."),
                         "invalid_text");
}

} // namespace

Database::Database(const DatabaseUrl &url, Mode mode)
    : m_url(url)
    , m_mode(mode)
    , m_connectionName(nextConnectionName())
{
    try {
        open();
    } catch (...) {
        close();
        throw;
    }
}

Database::~Database()
{
    close();
}

void Database::close()
{
    m_statements.clear();
    {
        QSqlDatabase connection = QSqlDatabase::database(m_connectionName, false);
        if (connection.isOpen())
            connection.close();
    }
    QSqlDatabase::removeDatabase(m_connectionName);
}

QSqlDatabase Database::connection() const
{
    return QSqlDatabase::database(m_connectionName, false);
}

void Database::ensureUsable()
{
    throwIfCancelled();
    if (!m_broken)
        return;
    if (m_transaction)
        throw unavailable(QStringLiteral("The connection to the database was lost."), "database_unavailable");
    // Whoever asks is kept waiting by an attempt, mostly the core thread.
    if (!m_reopen.mayTry(std::chrono::steady_clock::now()))
        throw unavailable(QStringLiteral("The database can't be reached."), "database_unavailable");
    m_statements.clear();
    connection().close();
    try {
        open();
    } catch (const ServiceError &) {
        m_reopen.failed(std::chrono::steady_clock::now());
        throw;
    }
    m_broken = false;
    m_reopen.succeeded();
    for (const auto &listener : m_reopenListeners)
        listener();
}

bool Database::ping()
{
    try {
        return number("SELECT 1 AS n") == 1;
    } catch (const ServiceError &) {
        if (!m_broken || m_transaction)
            return false;
    }
    try {
        return number("SELECT 1 AS n") == 1;
    } catch (const ServiceError &) {
        return false;
    }
}

void Database::cancel()
{
    m_cancelled = true;
    if (m_sqlite)
        m_sqlite->interrupt();
}

void Database::throwIfCancelled() const
{
    if (m_cancelled)
        throw unavailable(QStringLiteral("The program is ending; this was given up."),
                          "database_unavailable");
}

void Database::makeRoomForStatement()
{
    // All at once: simple, and rare; those that are used often are soon there again.
    if (m_statements.size() >= maximumStatements)
        std::erase_if(m_statements, [](const auto &kept) { return !kept.second->inUse; });
}

Row::Statement &Database::prepared(std::string_view sql)
{
    ensureUsable();
    if (m_transaction && m_transaction->m_failed)
        throw internalError(QStringLiteral("A transaction went on after a statement in it had failed."));
    if (const auto found = m_statements.find(sql); found != m_statements.end())
        return *found->second;

    auto statement = std::make_unique<Row::Statement>(QSqlQuery(connection()));
    // SQLite hands out rows as they are read; QPSQL's forward-only mode would block the connection meanwhile.
    statement->query.setForwardOnly(engine() == Engine::Sqlite);
    statement->placeholders = placeholders(sql);
    if (!statement->query.prepare(QString::fromUtf8(sql.data(), static_cast<qsizetype>(sql.size()))))
        fail(statement->query.lastError(), sql);
    makeRoomForStatement();
    return *m_statements.emplace(std::string(sql), std::move(statement)).first->second;
}

void Database::run(Row::Statement &statement, std::string_view sql, const Binds &binds)
{
    if (binds.size() != statement.placeholders)
        throw internalError(QStringLiteral("A statement was given %1 values for %2 places.")
                                .arg(binds.size())
                                .arg(statement.placeholders));
    for (std::size_t i = 0; i < binds.size(); ++i) {
        checkText(binds[i].variant());
        statement.query.bindValue(static_cast<int>(i), binds[i].variant());
    }
    if (!statement.query.exec()) {
        const QSqlError error = statement.query.lastError();
        statement.query.finish();
        fail(error, sql);
    }
}

int Database::execute(std::string_view sql, const Binds &binds)
{
    Row::Statement &statement = prepared(sql);
    const Row::Statement::Use guard(statement);
    run(statement, sql, binds);
    return statement.query.numRowsAffected();
}

void Database::read(std::string_view sql, const Binds &binds, const std::function<bool(const Row &)> &visit)
{
    Row::Statement &statement = prepared(sql);
    const Row::Statement::Use guard(statement);
    run(statement, sql, binds);
    if (statement.columns.empty())
        statement.nameColumns();
    const Row row(statement);
    while (statement.query.next()) {
        throwIfCancelled();
        if (!visit(row))
            return;
    }
    if (statement.query.lastError().isValid())
        fail(statement.query.lastError(), sql);
}

std::int64_t Database::number(std::string_view sql, const Binds &binds)
{
    std::int64_t out = 0;
    read(sql, binds, [&](const Row &row) {
        out = row.integer("n");
        return false;
    });
    return out;
}

void Database::script(const QString &statement)
{
    ensureUsable();
    if (m_transaction && m_transaction->m_failed)
        throw internalError(QStringLiteral("A transaction went on after a statement in it had failed."));
    QSqlQuery query(connection());
    if (!query.exec(statement))
        fail(query.lastError(), statement.toStdString());
}

void Database::control(const char *sql)
{
    if (engine() == Engine::Sqlite)
        execute(sql);
    else
        script(QString::fromLatin1(sql)); // PostgreSQL prepares no BEGIN
}

} // namespace tower
