// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Types.h"
#include "ui/widgets/Pill.h"

#include <QAbstractTableModel>
#include <QJsonObject>

#include <functional>
#include <optional>

namespace tower {

/// How a cell is painted.
enum class CellKind { Text, Key, Number, Time, Pill };

/// What a table needs to know of a column, whatever its rows are.
struct ColumnInfo
{
    QString id; ///< stable: columns are remembered by it
    QString title;
    CellKind kind = CellKind::Text;
    QString sortKey; ///< what the service sorts by; empty: this column can't be sorted
    int width = 120;
    bool shown = true;
};

/// The rows of one table, loaded page by page; KeyedModel gives them their type.
class TableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Role { KindRole = Qt::UserRole + 1, PillRole, KeyRole };

    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] virtual const ColumnInfo &column(int column) const = 0;
    [[nodiscard]] virtual QString key(int row) const = 0;
    /// -1 when the key is not loaded.
    [[nodiscard]] virtual int rowOf(const QString &key) const = 0;
    /// As exported and copied: ISO 8601 UTC, whole sats, whole keys.
    [[nodiscard]] virtual QString raw(int row, int column) const = 0;
    [[nodiscard]] QJsonObject json(int row) const;

    /// Another question (filter or sort): the answer's rows take the place of these when they arrive. Rows
    /// that are in both stay the same rows.
    virtual void restart() = 0;
    /// The same question again, for when it isn't known what changed.
    virtual void refresh() = 0;

    using Failed = std::function<void(const ServiceError &)>;
    /// One page of the current question as lines of CSV, for exporting all of it.
    using CsvPage = std::function<void(const QByteArray &lines, int rows, const QString &next)>;
    virtual void exportPage(const QString &cursor, CsvPage done, Failed failed) = 0;
    [[nodiscard]] QByteArray csvHeader() const;

    [[nodiscard]] bool isLoading() const { return m_loading; }
    [[nodiscard]] std::int64_t total() const { return m_total; }
    [[nodiscard]] bool totalIsExact() const { return m_totalIsExact; }

    /// Relative times have moved on.
    void tick();
    /// Where "now" comes from; the system's clock unless set.
    void setNow(std::function<Millis()> now) { m_now = std::move(now); }
    [[nodiscard]] Millis now() const { return m_now(); }

    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void loadingChanged(bool loading);
    /// The first page of a question has arrived, or the count moved.
    void totalChanged();
    void failed(const QString &message);

protected:
    void setLoading(bool loading);
    void setTotal(std::int64_t total, bool exact);

private:
    bool m_loading = false;
    std::int64_t m_total = -1;
    bool m_totalIsExact = true;
    std::function<Millis()> m_now = [] { return systemNow(); };

    static Millis systemNow();
};

} // namespace tower
