// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/store/Page.h"
#include "ui/widgets/TableModel.h"
#include "ui/widgets/Words.h"

#include <QHash>
#include <QPointer>
#include <QSet>

#include <algorithm>
#include <concepts>
#include <vector>

namespace tower {

/// One column of a table of `Row`s, told rather than programmed.
template <class Row>
struct Column
{
    ColumnInfo info;
    std::function<QString(const Row &)> text{};
    std::function<QString(const Row &)> tooltip{};
    std::function<PillLook(const Row &)> pill{};
    std::function<std::optional<Millis>(const Row &)> time{};
    std::function<QString(const Row &)> raw{}; ///< for copies and exports, where it differs
};

/// Where the rows come from. `fetch` answers later, on this thread, or not at all when its context died.
template <class Row>
struct RowSource
{
    using Done = std::function<void(Page<Row>)>;

    std::function<QString(const Row &)> key;
    std::function<void(const QString &cursor, int limit, Done done, TableModel::Failed failed)> fetch;
    /// The order asked for; with it, new rows find their place among the loaded ones. Without it they go on
    /// top.
    std::function<bool(const Row &, const Row &)> before{};
};

/// Rows by key. Pages come as the view asks for them; a change inserts, updates or removes single rows;
/// nothing ever resets the model, so selection, scroll position and edits survive. GUI thread.
template <class Row>
class KeyedModel final : public TableModel
{
public:
    static constexpr int pageSize = 100;
    static constexpr int refreshLimit = 2'000;

    KeyedModel(std::vector<Column<Row>> columns, RowSource<Row> source, QObject *parent = nullptr)
        : TableModel(parent)
        , m_columns(std::move(columns))
        , m_source(std::move(source))
    {
    }

    [[nodiscard]] const Row &row(int at) const { return m_items[static_cast<std::size_t>(at)].row; }
    [[nodiscard]] const Row *find(const QString &key) const
    {
        const int at = rowOf(key);
        return at < 0 ? nullptr : &row(at);
    }

    /// The row as it is now: updated in place (it does not jump from under the hand), or inserted where the
    /// order says, unless that lies beyond what is loaded.
    void upsert(Row changed)
    {
        const QString itsKey = m_source.key(changed);
        if (const int at = rowOf(itsKey); at >= 0) {
            m_items[static_cast<std::size_t>(at)].row = std::move(changed);
            emit dataChanged(index(at, 0), index(at, columnCount() - 1));
            return;
        }
        auto place = m_items.begin();
        if (m_source.before) {
            place = std::lower_bound(
                m_items.begin(), m_items.end(), changed,
                [this](const Item &item, const Row &r) { return m_source.before(item.row, r); });
            if (place == m_items.end() && !m_atEnd)
                return;
        }
        const int at = static_cast<int>(place - m_items.begin());
        insertAt(at, Item{itsKey, std::move(changed)});
        if (total() >= 0 && totalIsExact())
            setTotal(total() + 1, true);
    }

    void remove(const QString &itsKey)
    {
        const int at = rowOf(itsKey);
        if (at < 0)
            return;
        removeRange(at, at);
        if (total() > 0 && totalIsExact())
            setTotal(total() - 1, true);
    }

    void restart() override { begin(pageSize); }

    void refresh() override { begin(std::clamp(static_cast<int>(m_items.size()), pageSize, refreshLimit)); }

    void exportPage(const QString &cursor, CsvPage done, Failed failed) override
    {
        m_source.fetch(
            cursor, PageRequest::maximumLimit,
            [guard = QPointer<TableModel>(this), this, done](Page<Row> page) {
                if (!guard)
                    return;
                QByteArray lines;
                for (const Row &each : page.items) {
                    for (std::size_t i = 0; i < m_columns.size(); ++i)
                        lines += (i == 0 ? "" : ",") + words::csvCell(rawOf(each, m_columns[i]));
                    lines += "\r\n";
                }
                done(lines, static_cast<int>(page.items.size()), page.nextCursor);
            },
            std::move(failed));
    }

    [[nodiscard]] const ColumnInfo &column(int at) const override
    {
        return m_columns[static_cast<std::size_t>(at)].info;
    }
    [[nodiscard]] QString key(int at) const override { return m_items[static_cast<std::size_t>(at)].key; }
    [[nodiscard]] int rowOf(const QString &itsKey) const override { return m_rowOf.value(itsKey, -1); }
    [[nodiscard]] QString raw(int at, int columnAt) const override
    {
        return rawOf(row(at), m_columns[static_cast<std::size_t>(columnAt)]);
    }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_items.size());
    }
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
    }
    [[nodiscard]] bool canFetchMore(const QModelIndex &parent) const override
    {
        return !parent.isValid() && !isLoading() && !m_next.isEmpty();
    }
    void fetchMore(const QModelIndex &parent) override
    {
        if (canFetchMore(parent))
            load(m_next, pageSize);
    }

    [[nodiscard]] QVariant data(const QModelIndex &at, int role) const override
    {
        if (!at.isValid() || at.row() >= rowCount())
            return {};
        const Column<Row> &c = m_columns[static_cast<std::size_t>(at.column())];
        const Row &r = row(at.row());
        switch (role) {
        case Qt::DisplayRole:
        case Qt::AccessibleTextRole:
            return textOf(r, c);
        case Qt::ToolTipRole:
            return tooltipOf(r, c);
        case KindRole:
            return static_cast<int>(c.info.kind);
        case PillRole:
            return c.pill ? QVariant::fromValue(c.pill(r)) : QVariant();
        case KeyRole:
            return key(at.row());
        default:
            return {};
        }
    }

private:
    struct Item
    {
        QString key;
        Row row;
    };

    [[nodiscard]] QString textOf(const Row &r, const Column<Row> &c) const
    {
        if (c.text)
            return c.text(r);
        if (c.pill)
            return c.pill(r).word;
        if (c.time) {
            const auto at = c.time(r);
            return at ? words::relative(*at, now()) : QString();
        }
        return {};
    }
    [[nodiscard]] QString tooltipOf(const Row &r, const Column<Row> &c) const
    {
        if (c.tooltip)
            return c.tooltip(r);
        if (c.time) {
            const auto at = c.time(r);
            return at ? words::absolute(*at) : QString();
        }
        return c.info.kind == CellKind::Key || c.info.kind == CellKind::Text ? rawOf(r, c) : QString();
    }
    [[nodiscard]] QString rawOf(const Row &r, const Column<Row> &c) const
    {
        if (c.raw)
            return c.raw(r);
        if (c.time) {
            const auto at = c.time(r);
            return at ? toIso(*at) : QString();
        }
        return textOf(r, c);
    }

    /// Asks from the start for `wanted` rows, in as few pages as the services allow.
    void begin(int wanted)
    {
        ++m_question;
        m_fresh.clear();
        load({}, wanted);
    }

    void load(const QString &cursor, int wanted)
    {
        setLoading(true);
        const int limit = std::min(wanted, static_cast<int>(PageRequest::maximumLimit));
        const bool fromStart = cursor.isEmpty() || !m_fresh.empty();
        const QPointer<TableModel> guard(this);
        m_source.fetch(
            cursor, limit,
            [guard, this, question = m_question, fromStart, wanted](Page<Row> page) {
                if (guard && question == m_question)
                    arrived(std::move(page), fromStart, wanted);
            },
            [guard, this, question = m_question](const ServiceError &error) {
                if (!guard || question != m_question)
                    return;
                m_fresh.clear();
                setLoading(false);
                emit failed(error.message());
            });
    }

    void arrived(Page<Row> page, bool fromStart, int wanted)
    {
        const int left = wanted - static_cast<int>(page.items.size());
        if (fromStart) {
            std::move(page.items.begin(), page.items.end(), std::back_inserter(m_fresh));
            if (left > 0 && !page.nextCursor.isEmpty() && !page.items.empty()) {
                load(page.nextCursor, left);
                return;
            }
            merge(std::exchange(m_fresh, {}));
        } else {
            append(std::move(page.items));
        }
        m_next = page.nextCursor;
        m_atEnd = m_next.isEmpty();
        setLoading(false);
        setTotal(page.total, page.totalIsExact);
    }

    void append(std::vector<Row> rows)
    {
        std::vector<Item> added;
        for (Row &each : rows) {
            QString itsKey = m_source.key(each);
            if (const int at = rowOf(itsKey); at >= 0) {
                m_items[static_cast<std::size_t>(at)].row = std::move(each);
                emit dataChanged(index(at, 0), index(at, columnCount() - 1));
            } else {
                added.push_back(Item{std::move(itsKey), std::move(each)});
            }
        }
        if (added.empty())
            return;
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
        std::move(added.begin(), added.end(), std::back_inserter(m_items));
        reindex(first);
        endInsertRows();
    }

    /// Makes the rows equal to `rows` by removing, moving, inserting and updating.
    void merge(std::vector<Row> rows)
    {
        std::vector<Item> wanted;
        QSet<QString> keep;
        for (Row &each : rows) {
            QString itsKey = m_source.key(each);
            if (keep.contains(itsKey))
                continue;
            keep.insert(itsKey);
            wanted.push_back(Item{std::move(itsKey), std::move(each)});
        }
        for (int last = rowCount() - 1; last >= 0;) {
            if (keep.contains(key(last))) {
                --last;
                continue;
            }
            int first = last;
            while (first > 0 && !keep.contains(key(first - 1)))
                --first;
            removeRange(first, last);
            last = first - 1;
        }
        for (int at = 0; at < static_cast<int>(wanted.size()); ++at)
            settle(at, std::move(wanted[static_cast<std::size_t>(at)]));
    }

    /// Brings one wanted row to its place; all before it are in place already.
    void settle(int at, Item item)
    {
        const int old = rowOf(item.key);
        if (old < 0) {
            insertAt(at, std::move(item));
            return;
        }
        if (old != at) {
            beginMoveRows({}, old, old, {}, at);
            const auto from = m_items.begin() + old;
            std::rotate(m_items.begin() + at, from, from + 1);
            reindex(at, old + 1);
            endMoveRows();
        }
        Row &mine = m_items[static_cast<std::size_t>(at)].row;
        if constexpr (std::equality_comparable<Row>) {
            if (mine == item.row)
                return;
        }
        mine = std::move(item.row);
        emit dataChanged(index(at, 0), index(at, columnCount() - 1));
    }

    void insertAt(int at, Item item)
    {
        beginInsertRows({}, at, at);
        m_items.insert(m_items.begin() + at, std::move(item));
        reindex(at);
        endInsertRows();
    }

    void removeRange(int first, int last)
    {
        beginRemoveRows({}, first, last);
        for (int at = first; at <= last; ++at)
            m_rowOf.remove(key(at));
        m_items.erase(m_items.begin() + first, m_items.begin() + last + 1);
        reindex(first);
        endRemoveRows();
    }

    void reindex(int from, int to = -1)
    {
        for (int at = from; at < (to < 0 ? rowCount() : to); ++at)
            m_rowOf.insert(m_items[static_cast<std::size_t>(at)].key, at);
    }

    std::vector<Column<Row>> m_columns;
    RowSource<Row> m_source;
    std::vector<Item> m_items;
    QHash<QString, int> m_rowOf;
    std::vector<Row> m_fresh; ///< pages of a question that is not answered in full yet
    QString m_next;
    bool m_atEnd = false;
    int m_question = 0;
};

} // namespace tower
