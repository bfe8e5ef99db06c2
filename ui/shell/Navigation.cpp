// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/Navigation.h"

#include "ui/shell/PageWidget.h"
#include "ui/widgets/Icons.h"

#include <QLocale>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

namespace tower {

namespace {

enum Role { IdRole = Qt::UserRole + 1, CountRole, NarrowRole };

class NavigationDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        return {0, index.data(IdRole).isNull() ? 30 : 36};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Theme &theme = Theme::of(option.palette);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (index.data(IdRole).isNull())
            paintCaption(*painter, option.rect, index, theme);
        else
            paintPage(*painter, option, index, theme);
        painter->restore();
    }

private:
    static void paintCaption(QPainter &painter, const QRect &rect, const QModelIndex &index,
                             const Theme &theme)
    {
        if (index.data(NarrowRole).toBool()) {
            painter.setPen(theme.hairline);
            painter.drawLine(rect.left() + 16, rect.center().y(), rect.right() - 16, rect.center().y());
            return;
        }
        painter.setFont(fonts::caption());
        painter.setPen(theme.secondary);
        painter.drawText(rect.adjusted(16, 0, -8, -4), Qt::AlignBottom | Qt::AlignLeft,
                         index.data(Qt::DisplayRole).toString());
    }

    static void paintPage(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index,
                          const Theme &theme)
    {
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const QRect box = option.rect.adjusted(8, 1, -8, -1);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            painter.setPen(option.state.testFlag(QStyle::State_HasFocus) && selected ? QPen(theme.accent)
                                                                                     : QPen(Qt::NoPen));
            painter.setBrush(selected ? theme.ground(Tone::Accent)
                                      : option.palette.color(QPalette::AlternateBase));
            painter.drawRoundedRect(box, measure::controlRadius, measure::controlRadius);
        }
        const bool narrow = index.data(NarrowRole).toBool();
        const std::int64_t count = index.data(CountRole).toLongLong();
        const QRect picture(narrow ? box.center().x() - 9 : box.left() + 8, box.center().y() - 9, 20, 20);
        const QIcon pageIcon =
            icon(index.data(Qt::DecorationRole).toString(), selected ? Tone::Accent : Tone::Neutral);
        pageIcon.paint(&painter, picture);
        if (narrow) {
            if (count > 0) {
                painter.setPen(Qt::NoPen);
                painter.setBrush(theme.accent);
                painter.drawEllipse(QPointF(picture.right(), picture.top() + 1), 4, 4);
            }
            return;
        }
        QRect words = box.adjusted(36, 0, -8, 0);
        if (count > 0)
            words.setRight(paintCount(painter, words, count, theme) - 4);
        painter.setFont(selected ? fonts::strong() : fonts::body());
        painter.setPen(theme.text);
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft,
                         painter.fontMetrics().elidedText(index.data(Qt::DisplayRole).toString(),
                                                          Qt::ElideRight, words.width()));
    }

    /// Returns the pill's left edge.
    static int paintCount(QPainter &painter, const QRect &area, std::int64_t count, const Theme &theme)
    {
        painter.setFont(fonts::caption());
        const QString text = count > 999 ? QStringLiteral("999+") : QLocale().toString(count);
        const int width = std::max(20, painter.fontMetrics().horizontalAdvance(text) + 12);
        const QRect pill(area.right() - width, area.center().y() - 8, width, 18);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.ground(Tone::Accent));
        painter.drawRoundedRect(pill, 9, 9);
        painter.setPen(theme.text);
        painter.drawText(pill, Qt::AlignCenter, text);
        return pill.left();
    }
};

} // namespace

Navigation::Navigation(const std::vector<PageSpec> &pages, QWidget *parent)
    : QListView(parent)
    , m_model(new QStandardItemModel(this))
{
    setAccessibleName(tr("Pages"));
    setModel(m_model);
    setItemDelegate(new NavigationDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    QString group;
    for (const PageSpec &page : pages) {
        if (page.group != group) {
            group = page.group;
            auto *caption = new QStandardItem(group);
            caption->setFlags(Qt::NoItemFlags);
            m_model->appendRow(caption);
        }
        auto *entry = new QStandardItem(page.name);
        entry->setData(page.id, IdRole);
        entry->setData(page.icon, Qt::DecorationRole);
        entry->setData(page.name, Qt::ToolTipRole);
        m_model->appendRow(entry);
    }
    setNarrow(false);
}

QStandardItem *Navigation::item(const QString &pageId) const
{
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->item(row)->data(IdRole).toString() == pageId)
            return m_model->item(row);
    }
    return nullptr;
}

void Navigation::setCount(const QString &pageId, std::int64_t count)
{
    if (auto *entry = item(pageId)) {
        entry->setData(QVariant::fromValue<qlonglong>(count), CountRole);
        entry->setAccessibleText(
            count > 0 ? tr("%1, %2 waiting").arg(entry->text(), QLocale().toString(count)) : entry->text());
    }
}

std::int64_t Navigation::count(const QString &pageId) const
{
    const auto *entry = item(pageId);
    return entry ? entry->data(CountRole).toLongLong() : 0;
}

void Navigation::setNarrow(bool narrow)
{
    m_narrow = narrow;
    setFixedWidth(narrow ? measure::navigationIcons : measure::navigation);
    for (int row = 0; row < m_model->rowCount(); ++row)
        m_model->item(row)->setData(narrow, NarrowRole);
}

void Navigation::select(const QString &pageId)
{
    if (const auto *entry = item(pageId))
        setCurrentIndex(entry->index());
}

void Navigation::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QListView::currentChanged(current, previous);
    const QString id = current.data(IdRole).toString();
    if (!id.isEmpty())
        emit chosen(id);
}

} // namespace tower
