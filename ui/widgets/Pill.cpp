// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Pill.h"

#include <QFontMetrics>
#include <QPainter>

namespace tower {

namespace {

constexpr int shapeSize = 8;
constexpr int padding = 8;
constexpr int gap = 6;
constexpr int height = 20;

void paintShape(QPainter &painter, const QRectF &box, PillShape shape, const QColor &colour)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (shape) {
    case PillShape::Dot:
        painter.drawEllipse(box);
        break;
    case PillShape::Ring:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, 2));
        painter.drawEllipse(box.adjusted(1, 1, -1, -1));
        break;
    case PillShape::Triangle:
        painter.drawPolygon(
            QPolygonF{QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()});
        break;
    case PillShape::Square:
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 1, 1);
        break;
    }
}

} // namespace

QSize pillSize(const PillLook &look)
{
    const int words = QFontMetrics(fonts::caption()).horizontalAdvance(look.word);
    return {padding + shapeSize + gap + words + padding + 1, height};
}

void paintPill(QPainter &painter, const QRect &rect, const PillLook &look, const Theme &theme)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.ground(look.tone));
    painter.drawRoundedRect(rect, measure::pillRadius, measure::pillRadius);
    const QRectF box(rect.left() + padding, rect.top() + (rect.height() - shapeSize) / 2.0, shapeSize,
                     shapeSize);
    paintShape(painter, box, look.shape, theme.colour(look.tone));
    painter.setPen(theme.text);
    painter.setFont(fonts::caption());
    const QRect words = rect.adjusted(padding + shapeSize + gap, 0, -padding + 2, 0);
    painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(look.word, Qt::ElideRight, words.width()));
    painter.restore();
}

Pill::Pill(const PillLook &look, QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setLook(look);
}

void Pill::setLook(const PillLook &look)
{
    m_look = look;
    setAccessibleName(look.word);
    updateGeometry();
    update();
}

void Pill::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintPill(painter, rect(), m_look, Theme::of(palette()));
}

} // namespace tower
