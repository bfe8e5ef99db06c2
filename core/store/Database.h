// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/store/RetryDelay.h"

#include <QSqlDatabase>
#include <QString>
#include <QVariant>

#include <atomic>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tower {

enum class Engine { Sqlite, Postgres };

/// Where the database is: "sqlite:PATH" or "postgresql://user:pass@host:port/name".
struct DatabaseUrl
{
    Engine engine = Engine::Sqlite;
    QString path;                       ///< SQLite: the file
    QString host, name, user, password; ///< PostgreSQL; a host that begins with / is a socket's folder
    int port = 5432;
    QString sslMode; ///< libpq's sslmode, from ?sslmode=; empty leaves it to libpq

    /// Throws ServiceError that never echoes the password.
    static DatabaseUrl parse(const QString &url);
    /// Without the password.
    [[nodiscard]] QString display() const;
};

/// A value bound to a `?`.
class Bind
{
public:
    Bind(std::nullopt_t) {}
    Bind(std::int64_t v)
        : m_value(QVariant::fromValue<qlonglong>(v))
    {
    }
    Bind(int v)
        : m_value(QVariant::fromValue<qlonglong>(v))
    {
    }
    Bind(bool v)
        : m_value(QVariant::fromValue<qlonglong>(v ? 1 : 0))
    {
    }
    Bind(const QString &v)
        : m_value(v.isNull() ? QStringLiteral("") : v)
    {
    }
    Bind(const QByteArray &utf8)
        : m_value(QString::fromUtf8(utf8))
    {
    }
    Bind(const char *utf8)
        : m_value(QString::fromUtf8(utf8))
    {
    }
    Bind(Sats v)
        : Bind(v.value())
    {
    }
    Bind(Millis v)
        : Bind(v.value())
    {
    }
    template <class Tag>
    Bind(const Bytes32<Tag> &v)
        : m_value(v.text())
    {
    }
    template <class T>
    Bind(const std::optional<T> &v)
    {
        if (v)
            m_value = Bind(*v).m_value;
    }
    [[nodiscard]] const QVariant &variant() const { return m_value; }

private:
    QVariant m_value;
};
using Binds = std::vector<Bind>;

/// One row of a result, read by column name. Valid inside the mapper that it is handed to.
class Row
{
public:
    [[nodiscard]] bool isNull(std::string_view column) const;
    [[nodiscard]] std::int64_t integer(std::string_view column) const;
    [[nodiscard]] bool flag(std::string_view column) const { return integer(column) != 0; }
    [[nodiscard]] QString text(std::string_view column) const; ///< NULL reads as a null QString
    [[nodiscard]] QByteArray utf8(std::string_view column) const;
    [[nodiscard]] Millis millis(std::string_view column) const { return Millis(integer(column)); }
    [[nodiscard]] Sats sats(std::string_view column) const { return Sats(integer(column)); }
    [[nodiscard]] std::optional<Millis> optionalMillis(std::string_view column) const;
    [[nodiscard]] PubKey pubKey(std::string_view column) const;
    [[nodiscard]] EventId eventId(std::string_view column) const;

private:
    friend class Database;
    struct Statement;
    explicit Row(const Statement &statement)
        : m_statement(statement)
    {
    }
    [[nodiscard]] QVariant value(std::string_view column) const;
    const Statement &m_statement;
};

class SqliteHandle;
class Transaction;

/// One connection, used on the thread that opened it. Statements are prepared once and kept. Failures of the
/// driver become ServiceError: "database_busy", "database_unavailable" (both Unavailable), "database_full",
/// "database_error" (Internal); the SQL and the driver's text go to the log under an id, never to the caller.
/// A unique conflict is never caught: write ON CONFLICT DO NOTHING and look at the row count (PostgreSQL
/// would abort the transaction).
class Database
{
public:
    enum class Mode { ReadWrite, ReadOnly };

    /// Opens (and, for SQLite, creates) the database and sets its pragmas or session parameters.
    explicit Database(const DatabaseUrl &url, Mode mode = Mode::ReadWrite);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    [[nodiscard]] Engine engine() const { return m_url.engine; }
    [[nodiscard]] const DatabaseUrl &url() const { return m_url; }

    /// Runs a statement; returns the number of rows it changed. `sql` uses ? for values.
    int execute(std::string_view sql, const Binds &binds = {});

    /// Runs one statement that can't be prepared (schema steps, VACUUM INTO); no values, nothing kept.
    void script(const QString &statement);

    /// The first row, mapped; nullopt when there is none. The mapper must not use the database.
    template <class Mapper>
    auto one(std::string_view sql, const Binds &binds, Mapper &&mapper)
        -> std::optional<std::invoke_result_t<Mapper, const Row &>>
    {
        std::optional<std::invoke_result_t<Mapper, const Row &>> out;
        read(sql, binds, [&](const Row &row) {
            out.emplace(mapper(row));
            return false;
        });
        return out;
    }

    /// All rows, mapped. Ask for a page, not for a table.
    template <class Mapper>
    auto all(std::string_view sql, const Binds &binds, Mapper &&mapper)
        -> std::vector<std::invoke_result_t<Mapper, const Row &>>
    {
        std::vector<std::invoke_result_t<Mapper, const Row &>> out;
        read(sql, binds, [&](const Row &row) {
            out.push_back(mapper(row));
            return true;
        });
        return out;
    }

    /// One integer of the first row (column named `n`); 0 when there is no row or it is NULL.
    std::int64_t number(std::string_view sql, const Binds &binds = {});

    /// Rows in turn until `visit` returns false.
    void read(std::string_view sql, const Binds &binds, const std::function<bool(const Row &)> &visit);

    [[nodiscard]] bool inTransaction() const { return m_transaction != nullptr; }
    /// True when the server answers (PostgreSQL: reopens a dead connection first).
    bool ping();
    /// For good, and from any thread while this lives: nothing runs here any more, and what runs fails with
    /// "database_unavailable": with SQLite at once, with PostgreSQL at its next row or its statement_timeout.
    void cancel();

    /// Called after every commit that noted changes, on this thread (Changes reads and tells them).
    void onCommit(std::function<void()> listener) { m_commitListeners.push_back(std::move(listener)); }
    /// Called after a lost PostgreSQL connection was opened again (what was listened to is forgotten then).
    void onReopen(std::function<void()> listener) { m_reopenListeners.push_back(std::move(listener)); }
    /// The raw connection, for LISTEN and for the query plans that tests look at.
    [[nodiscard]] QSqlDatabase connection() const;

    /// So many prepared statements are kept at most: a list has one text for each set of its filters.
    static constexpr std::size_t maximumStatements = 500;
    [[nodiscard]] std::size_t keptStatements() const { return m_statements.size(); }

private:
    friend class Transaction;
    friend class Row;

    /// Looks a statement up by the text of its SQL without copying it.
    struct TextHash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };

    void open();
    void openSqlite(QSqlDatabase &connection);
    void openPostgres(QSqlDatabase &connection);
    void close();
    void ensureUsable();
    void throwIfCancelled() const;
    void makeRoomForStatement();
    void control(const char *sql);
    Row::Statement &prepared(std::string_view sql);
    void run(Row::Statement &statement, std::string_view sql, const Binds &binds);
    [[noreturn]] void fail(const class QSqlError &error, std::string_view sql);

    DatabaseUrl m_url;
    Mode m_mode;
    QString m_connectionName;
    std::unordered_map<std::string, std::unique_ptr<Row::Statement>, TextHash, std::equal_to<>> m_statements;
    Transaction *m_transaction = nullptr;
    std::vector<std::function<void()>> m_commitListeners;
    std::vector<std::function<void()>> m_reopenListeners;
    bool m_broken = false;
    RetryDelay m_reopen;
    std::unique_ptr<SqliteHandle> m_sqlite; ///< nullptr with PostgreSQL
    std::atomic<bool> m_cancelled = false;
};

/// A short synchronous transaction; rolled back unless committed. Nothing waits inside one (no co_await, no
/// network). A statement that failed inside it has ended it: what follows, and commit(), throw. Handing it to
/// a method is the proof that the method runs inside: what must happen together takes the same Transaction.
/// SQLite: BEGIN IMMEDIATE. Locks are taken in one order: identity, session or job, pool, ledger, activity
/// head last (activity rows and changes are written by commit() itself).
class Transaction
{
public:
    explicit Transaction(Database &database);
    ~Transaction();
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;

    [[nodiscard]] Database &database() const { return m_database; }

    /// Runs `work` just before COMMIT, after everything else (in the order given).
    void beforeCommit(std::function<void()> work);
    /// Runs `work` after a successful COMMIT, on this thread.
    void afterCommit(std::function<void()> work);
    /// Notes that a thing changed, for the feed that windows, other processes and scripts follow. Kinds are
    /// singular snake_case: relay_account, identity, queue_event, activity, setting ... A repeat counts once.
    void changed(const char *kind, const QString &id);

    void commit();

private:
    friend class Database;

    void writeChanges();

    Database &m_database;
    bool m_done = false;
    bool m_failed = false;
    std::vector<std::function<void()>> m_before;
    std::vector<std::function<void()>> m_after;
    std::vector<std::pair<QByteArray, QString>> m_changes;
};

} // namespace tower
