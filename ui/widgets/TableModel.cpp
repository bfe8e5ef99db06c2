// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/TableModel.h"

#include "ui/widgets/Words.h"

#include <QDateTime>

namespace tower {

Millis TableModel::systemNow()
{
    return Millis(QDateTime::currentMSecsSinceEpoch());
}

QJsonObject TableModel::json(int row) const
{
    QJsonObject object;
    for (int i = 0; i < columnCount(); ++i)
        object.insert(column(i).id, raw(row, i));
    return object;
}

QByteArray TableModel::csvHeader() const
{
    QByteArray line;
    for (int i = 0; i < columnCount(); ++i)
        line += (i == 0 ? "" : ",") + words::csvCell(column(i).id);
    return line + "\r\n";
}

void TableModel::tick()
{
    if (rowCount() == 0)
        return;
    for (int i = 0; i < columnCount(); ++i) {
        if (column(i).kind == CellKind::Time)
            emit dataChanged(index(0, i), index(rowCount() - 1, i), {Qt::DisplayRole});
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole)
        return column(section).title;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(
            Qt::AlignVCenter | (column(section).kind == CellKind::Number ? Qt::AlignRight : Qt::AlignLeft)));
    return {};
}

void TableModel::setLoading(bool loading)
{
    if (m_loading == loading)
        return;
    m_loading = loading;
    emit loadingChanged(loading);
}

void TableModel::setTotal(std::int64_t total, bool exact)
{
    m_total = total;
    m_totalIsExact = exact;
    emit totalChanged();
}

} // namespace tower
