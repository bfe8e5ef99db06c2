// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Chart.h"

#include "ui/widgets/Words.h"

#include <QAccessible>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace tower {

namespace {

constexpr int legendHeight = 20;
constexpr int ticksHeight = 18;
constexpr int betweenTicks = 12;
constexpr int pixelsPerLine = 32;
constexpr int leastLabels = 40; ///< so that charts below each other share their points

} // namespace

Chart::Chart(Kind kind, const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_kind(kind)
    , m_name(name)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    describe();
}

void Chart::setData(ChartData data)
{
    m_data = std::move(data);
    if (m_current >= count())
        m_current = -1;
    describe();
    update();
}

void Chart::describe()
{
    QString says = m_name;
    if (count() > 0)
        says = tr("%1, chart of %2 points from %3 to %4. The arrow keys read them; the table shows the same.")
                   .arg(m_name)
                   .arg(count())
                   .arg(m_data.points.first(), m_data.points.last());
    setAccessibleName(says);
    setAccessibleDescription(m_current >= 0 ? sentence(m_current) : QString());
}

QString Chart::sentence(int point) const
{
    QStringList values;
    for (const ChartData::Series &series : m_data.series)
        values.append(
            tr("%1 %2").arg(series.name, words::grouped(series.values[static_cast<std::size_t>(point)])));
    return tr("%1: %2 %3").arg(m_data.points[point], values.join(QStringLiteral(", ")), m_data.unit);
}

void Chart::setCurrent(int point)
{
    const int wanted = std::clamp(point, -1, count() - 1);
    if (wanted == m_current)
        return;
    m_current = wanted;
    describe();
    QAccessibleEvent told(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&told);
    emit currentChanged(m_current);
    update();
}

ChartScale Chart::scale() const
{
    std::int64_t least = 0;
    std::int64_t most = 0;
    bool any = false;
    for (int i = 0; i < count(); ++i) {
        std::int64_t up = 0;
        std::int64_t down = 0;
        for (const ChartData::Series &series : m_data.series) {
            const std::int64_t value = series.values[static_cast<std::size_t>(i)];
            if (m_kind == Kind::Bars) {
                (value < 0 ? down : up) += value;
            } else {
                least = any ? std::min(least, value) : value;
                most = any ? std::max(most, value) : value;
                any = true;
            }
        }
        if (m_kind == Kind::Bars) {
            least = std::min(least, down);
            most = std::max(most, up);
        }
    }
    const int lines = std::max(2, (height() - legendHeight - ticksHeight) / pixelsPerLine);
    return ChartScale::over(least, most, lines, m_kind == Kind::Bars);
}

QRect Chart::plot() const
{
    const QFontMetrics metrics(fonts::caption());
    const ChartScale axis = scale();
    int labels = leastLabels;
    for (const std::int64_t value : axis.lines())
        labels = std::max(labels, metrics.horizontalAdvance(axisText(value)));
    return rect().adjusted(labels + measure::grid, legendHeight, -measure::inside, -ticksHeight);
}

double Chart::slot() const
{
    return static_cast<double>(plot().width()) / std::max(1, count());
}

double Chart::xOf(int point) const
{
    return plot().left() + (point + 0.5) * slot();
}

double Chart::yOf(std::int64_t value) const
{
    const QRect area = plot();
    return area.bottom() - m_scale.share(value) * (area.height() - 1);
}

void Chart::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.setFont(fonts::caption());
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(theme.accent);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::inside,
                                measure::inside);
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    if (count() == 0)
        return;
    m_scale = scale();
    paintAxes(painter, theme);
    paintTicks(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_kind == Kind::Bars)
        paintBars(painter, theme);
    else
        paintLines(painter, theme);
    if (m_current < 0)
        paintLegend(painter, theme);
    else
        paintCurrent(painter, theme);
}

void Chart::paintAxes(QPainter &painter, const Theme &theme) const
{
    const QRect area = plot();
    for (const std::int64_t value : m_scale.lines()) {
        const int y = static_cast<int>(std::lround(yOf(value)));
        painter.setPen(value == 0 ? theme.disabled : theme.hairline);
        painter.drawLine(area.left(), y, area.right(), y);
        painter.setPen(theme.secondary);
        painter.drawText(QRect(0, y - 8, area.left() - 6, 16), Qt::AlignRight | Qt::AlignVCenter,
                         axisText(value));
    }
}

/// As many as fit beside each other, counted back from the newest.
void Chart::paintTicks(QPainter &painter) const
{
    const QFontMetrics metrics(painter.font());
    int widest = 0;
    for (const QString &tick : m_data.ticks)
        widest = std::max(widest, metrics.horizontalAdvance(tick));
    const int every = std::max(1, static_cast<int>(std::ceil((widest + betweenTicks) / slot())));
    for (int i = count() - 1; i >= 0; i -= every) {
        const int wide = metrics.horizontalAdvance(m_data.ticks[i]);
        const int x = std::clamp(static_cast<int>(xOf(i)) - wide / 2, 0, width() - wide);
        painter.drawText(QRect(x, height() - ticksHeight, wide + 1, ticksHeight),
                         Qt::AlignLeft | Qt::AlignBottom, m_data.ticks[i]);
    }
}

/// Every second series is drawn in outline, so that neighbours differ without their colours.
void Chart::dress(QPainter &painter, const QColor &colour, std::size_t series)
{
    QColor fill = colour;
    if (series % 2 == 1)
        fill.setAlphaF(0.25F);
    painter.setPen(QPen(colour, 1));
    painter.setBrush(fill);
}

void Chart::paintLegend(QPainter &painter, const Theme &theme) const
{
    double x = plot().left();
    for (std::size_t i = 0; i < m_data.series.size(); ++i) {
        const ChartData::Series &series = m_data.series[i];
        if (m_kind == Kind::Bars) {
            dress(painter, theme.colour(series.tone), i);
            painter.drawRect(QRectF(x + 0.5, 5.5, 8, 8));
        } else {
            painter.setPen(QPen(theme.colour(series.tone), 2, i % 2 == 1 ? Qt::DotLine : Qt::SolidLine));
            painter.drawLine(QPointF(x, 9.5), QPointF(x + 10, 9.5));
        }
        painter.setPen(theme.secondary);
        painter.drawText(QRectF(x + 14, 0, width() - x, legendHeight), Qt::AlignLeft | Qt::AlignVCenter,
                         series.name);
        x += 14 + painter.fontMetrics().horizontalAdvance(series.name) + 16;
    }
}

void Chart::paintLines(QPainter &painter, const Theme &theme) const
{
    for (std::size_t s = 0; s < m_data.series.size(); ++s) {
        const ChartData::Series &series = m_data.series[s];
        const QColor colour = theme.colour(series.tone);
        QPainterPath line;
        for (int i = 0; i < count(); ++i) {
            const QPointF at(xOf(i), yOf(series.values[static_cast<std::size_t>(i)]));
            i == 0 ? line.moveTo(at) : line.lineTo(at);
        }
        if (s == 0) {
            QPainterPath under = line;
            under.lineTo(xOf(count() - 1), plot().bottom());
            under.lineTo(xOf(0), plot().bottom());
            painter.fillPath(under, theme.ground(series.tone));
        }
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, 1.75, s % 2 == 1 ? Qt::DotLine : Qt::SolidLine));
        painter.drawPath(line);
        if (count() == 1) {
            painter.setBrush(colour);
            painter.drawEllipse(QPointF(xOf(0), yOf(series.values.front())), 2.5, 2.5);
        }
    }
}

void Chart::paintBars(QPainter &painter, const Theme &theme) const
{
    const double wide = std::clamp(slot() * 0.7, 2.0, 28.0);
    for (int i = 0; i < count(); ++i) {
        std::int64_t up = 0;
        std::int64_t down = 0;
        for (std::size_t s = 0; s < m_data.series.size(); ++s) {
            const std::int64_t value = m_data.series[s].values[static_cast<std::size_t>(i)];
            if (value == 0)
                continue;
            std::int64_t &from = value < 0 ? down : up;
            const double one = yOf(from);
            from += value;
            const double other = yOf(from);
            dress(painter, theme.colour(m_data.series[s].tone), s);
            const QRectF bar(xOf(i) - wide / 2, std::min(one, other), wide, std::abs(other - one));
            painter.drawRect(bar.adjusted(0.5, 0, -0.5, -0.5));
        }
    }
}

/// The guide, and the words in the place of the legend.
void Chart::paintCurrent(QPainter &painter, const Theme &theme) const
{
    const double x = std::round(xOf(m_current)) + 0.5;
    painter.setPen(QPen(theme.secondary, 1, Qt::DashLine));
    painter.drawLine(QPointF(x, plot().top()), QPointF(x, plot().bottom()));
    if (m_kind == Kind::Lines) {
        for (const ChartData::Series &series : m_data.series) {
            painter.setPen(QPen(theme.card, 1.5));
            painter.setBrush(theme.colour(series.tone));
            painter.drawEllipse(QPointF(x, yOf(series.values[static_cast<std::size_t>(m_current)])), 4, 4);
        }
    }
    painter.setPen(theme.text);
    const QRect area(plot().left(), 0, plot().width(), legendHeight);
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(sentence(m_current), Qt::ElideRight, area.width()));
}

void Chart::mouseMoveEvent(QMouseEvent *event)
{
    const QRect area = plot();
    const bool inside = event->pos().x() >= area.left() && event->pos().x() <= area.right();
    setCurrent(inside && count() > 0 ? static_cast<int>((event->pos().x() - area.left()) / slot()) : -1);
}

void Chart::leaveEvent(QEvent *event)
{
    if (!hasFocus())
        setCurrent(-1);
    QWidget::leaveEvent(event);
}

void Chart::focusOutEvent(QFocusEvent *event)
{
    setCurrent(-1);
    QWidget::focusOutEvent(event);
}

void Chart::keyPressEvent(QKeyEvent *event)
{
    const int last = count() - 1;
    switch (event->key()) {
    case Qt::Key_Left:
        setCurrent(m_current < 0 ? last : std::max(0, m_current - 1));
        break;
    case Qt::Key_Right:
        setCurrent(m_current < 0 ? 0 : std::min(last, m_current + 1));
        break;
    case Qt::Key_Home:
        setCurrent(std::min(0, last));
        break;
    case Qt::Key_End:
        setCurrent(last);
        break;
    default:
        if (event->key() == Qt::Key_Escape && m_current >= 0)
            setCurrent(-1);
        else
            QWidget::keyPressEvent(event);
    }
}

} // namespace tower
