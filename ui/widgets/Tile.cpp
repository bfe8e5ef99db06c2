// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Tile.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace tower {

Tile::Tile(const QString &caption, QWidget *parent)
    : QAbstractButton(parent)
{
    setText(caption);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    describe();
}

void Tile::setFigure(const QString &figure, const QString &unit)
{
    m_figure = figure;
    m_unit = unit;
    describe();
}

void Tile::setDelta(const QString &text, int direction, Tone tone)
{
    m_delta = text;
    m_direction = direction;
    m_deltaTone = tone;
    describe();
}

void Tile::setSparkline(std::vector<double> values)
{
    m_values = std::move(values);
    update();
}

void Tile::describe()
{
    setAccessibleName(QStringList{text(), m_figure, m_unit, m_delta}.join(QLatin1Char(' ')).simplified());
    update();
}

void Tile::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool active = underMouse() || hasFocus();
    painter.setPen(active ? theme.accent : theme.hairline);
    painter.setBrush(isDown() ? theme.ground(Tone::Accent) : theme.card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::cardRadius,
                            measure::cardRadius);

    const QRect inner = rect().adjusted(measure::card, 12, -measure::card, -12);
    painter.setFont(fonts::caption());
    painter.setPen(theme.secondary);
    painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft, text());

    painter.setFont(fonts::figure());
    painter.setPen(theme.text);
    const int baseline = inner.top() + 16 + painter.fontMetrics().ascent();
    painter.drawText(inner.left(), baseline, m_figure);
    const int after = inner.left() + painter.fontMetrics().horizontalAdvance(m_figure) + 6;
    painter.setFont(fonts::body());
    painter.setPen(theme.secondary);
    painter.drawText(after, baseline, m_unit);

    int x = inner.left();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.colour(m_deltaTone));
    if (m_direction != 0 && !m_delta.isEmpty()) {
        const double y = inner.bottom() - 5;
        const double tip = m_direction > 0 ? -4 : 4;
        painter.drawPolygon(
            QPolygonF{QPointF(x, y - tip / 2), QPointF(x + 8, y - tip / 2), QPointF(x + 4, y + tip)});
        x += 12;
    }
    painter.setFont(fonts::caption());
    painter.setPen(theme.secondary);
    painter.drawText(QRect(x, inner.top(), inner.right() - x, inner.height()),
                     Qt::AlignBottom | Qt::AlignLeft, m_delta);
    const double wide = std::min(90.0, inner.width() / 2.5);
    paintSparkline(painter, QRectF(inner.right() - wide, inner.bottom() - 26, wide, 24), theme);
}

void Tile::paintSparkline(QPainter &painter, const QRectF &area, const Theme &theme) const
{
    if (m_values.size() < 2)
        return;
    const auto [low, high] = std::minmax_element(m_values.begin(), m_values.end());
    const double span = std::max(*high - *low, 1e-9);
    QPainterPath line;
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(m_values.size() - 1);
        const QPointF at(area.left() + share * area.width(),
                         area.bottom() - (m_values[i] - *low) / span * area.height());
        i == 0 ? line.moveTo(at) : line.lineTo(at);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.accent, 1.5));
    painter.drawPath(line);
}

void Tile::enterEvent(QEnterEvent *event)
{
    update();
    QAbstractButton::enterEvent(event);
}

void Tile::leaveEvent(QEvent *event)
{
    update();
    QAbstractButton::leaveEvent(event);
}

} // namespace tower
