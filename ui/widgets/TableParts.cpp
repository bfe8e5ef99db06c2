// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/TableParts.h"

#include "ui/widgets/Pill.h"
#include "ui/widgets/TableModel.h"
#include "ui/widgets/Words.h"

#include <QPainter>

namespace tower {

namespace {

constexpr int padding = 8;

} // namespace

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    const Theme &theme = Theme::of(option.palette);
    const QRect cell = option.rect;
    const QRect inner = cell.adjusted(padding, 0, -padding, 0);
    painter->save();
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(cell, theme.ground(Tone::Accent));
    else if (option.state.testFlag(QStyle::State_MouseOver))
        painter->fillRect(cell, option.palette.color(QPalette::AlternateBase));
    painter->setPen(theme.hairline);
    painter->drawLine(cell.bottomLeft(), cell.bottomRight());

    const auto kind = static_cast<CellKind>(index.data(TableModel::KindRole).toInt());
    const QString text = index.data(Qt::DisplayRole).toString();
    painter->setPen(theme.text);
    painter->setFont(option.font);
    if (kind == CellKind::Pill) {
        const auto look = index.data(TableModel::PillRole).value<PillLook>();
        if (!look.word.isEmpty()) {
            QSize size = pillSize(look);
            size.setWidth(std::min(size.width(), inner.width()));
            const QPoint corner(inner.left(), cell.top() + (cell.height() - size.height()) / 2);
            paintPill(*painter, QRect(corner, size), look, theme);
        }
    } else if (kind == CellKind::Number) {
        painter->setFont(fonts::tabular(option.font));
        drawTabular(*painter, inner, text);
    } else {
        if (kind == CellKind::Key)
            painter->setFont(fonts::fixed());
        if (kind == CellKind::Time)
            painter->setPen(theme.secondary);
        const QString fitting = kind == CellKind::Key ? words::shortened(text) : text.simplified();
        painter->drawText(
            inner, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
            painter->fontMetrics().elidedText(
                fitting, kind == CellKind::Key ? Qt::ElideMiddle : Qt::ElideRight, inner.width()));
    }
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(theme.accent);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(cell.adjusted(0, 0, -1, -2));
    }
    painter->restore();
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QString text = index.data(Qt::DisplayRole).toString();
    const auto kind = static_cast<CellKind>(index.data(TableModel::KindRole).toInt());
    int width = 0;
    if (kind == CellKind::Pill)
        width = pillSize(index.data(TableModel::PillRole).value<PillLook>()).width();
    else if (kind == CellKind::Number)
        width = tabularWidth(option.font, text);
    else if (kind == CellKind::Key)
        width = QFontMetrics(fonts::fixed()).horizontalAdvance(words::shortened(text));
    else
        width = option.fontMetrics.horizontalAdvance(text.simplified());
    return {width + 2 * padding, measure::compactRow};
}

TableHeader::TableHeader(QWidget *parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setSectionsMovable(true);
    setSectionsClickable(true);
    setHighlightSections(false);
    setStretchLastSection(true);
    setMinimumSectionSize(48);
    setFont(fonts::caption());
    setContextMenuPolicy(Qt::CustomContextMenu);
}

QSize TableHeader::sizeHint() const
{
    return {QHeaderView::sizeHint().width(), measure::compactRow + measure::inside};
}

void TableHeader::paintSection(QPainter *painter, const QRect &rect, int logicalIndex) const
{
    const Theme &theme = Theme::of(palette());
    painter->save();
    painter->fillRect(rect, palette().color(QPalette::Base));
    painter->setPen(theme.hairline);
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == logicalIndex;
    QRect inner = rect.adjusted(padding, 0, -padding, 0);
    painter->setFont(fonts::caption());
    painter->setPen(sorted ? theme.text : theme.secondary);
    const auto alignment = static_cast<Qt::Alignment>(
        model()->headerData(logicalIndex, Qt::Horizontal, Qt::TextAlignmentRole).toInt());
    const QString title = model()->headerData(logicalIndex, Qt::Horizontal, Qt::DisplayRole).toString();
    if (sorted) {
        // Beside the title, on the side away from the edge that the title leans on.
        constexpr int arrow = 12;
        const bool right = alignment.testFlag(Qt::AlignRight);
        const int words = std::min(painter->fontMetrics().horizontalAdvance(title), inner.width() - arrow);
        const double x = right ? inner.right() - words - 8 : inner.left() + words + 8;
        const double y = rect.center().y() + 0.5;
        const double up = sortIndicatorOrder() == Qt::AscendingOrder ? -2.5 : 2.5;
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.accent);
        painter->drawPolygon(QPolygonF{QPointF(x - 4, y - up), QPointF(x + 4, y - up), QPointF(x, y + up)});
        painter->setPen(theme.text);
        inner.adjust(right ? arrow : 0, 0, right ? 0 : -arrow, 0);
    }
    painter->drawText(inner, static_cast<int>(alignment) | Qt::TextSingleLine,
                      painter->fontMetrics().elidedText(title, Qt::ElideRight, inner.width()));
    painter->restore();
}

} // namespace tower
