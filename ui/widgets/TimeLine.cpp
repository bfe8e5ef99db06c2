// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/TimeLine.h"

#include "ui/widgets/Words.h"

#include <QDateTime>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace tower {

namespace {

constexpr int dotsAt = 12;
constexpr double radius = 6;
constexpr int leastWidth = 52;
constexpr int comfortable = 96;

QString wordOf(Stage::State state)
{
    switch (state) {
    case Stage::State::Done:
        return TimeLine::tr("done");
    case Stage::State::Now:
        return TimeLine::tr("now");
    case Stage::State::Next:
        return TimeLine::tr("to come");
    case Stage::State::Failed:
        return TimeLine::tr("failed");
    }
    return {};
}

/// The time of a day that is today, the date of any other.
QString shortTime(Millis at)
{
    const QDateTime local = QDateTime::fromMSecsSinceEpoch(at.value());
    if (local.date() == QDate::currentDate())
        return QLocale().toString(local.time(), QStringLiteral("HH:mm:ss"));
    return QLocale().toString(local, QStringLiteral("d MMM HH:mm"));
}

} // namespace

TimeLine::TimeLine(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TimeLine::setStages(std::vector<Stage> stages)
{
    if (stages == m_stages)
        return;
    m_stages = std::move(stages);
    QStringList says;
    for (const Stage &stage : m_stages)
        says.append(stage.at
                        ? tr("%1: %2, %3").arg(stage.name, wordOf(stage.state), words::absolute(*stage.at))
                        : tr("%1: %2").arg(stage.name, wordOf(stage.state)));
    setAccessibleName(says.join(QStringLiteral("; ")));
    updateGeometry();
    update();
}

QSize TimeLine::sizeHint() const
{
    return {static_cast<int>(m_stages.size()) * comfortable, 56};
}

QSize TimeLine::minimumSizeHint() const
{
    return {static_cast<int>(m_stages.size()) * leastWidth, 56};
}

QRect TimeLine::areaOf(std::size_t stage) const
{
    const auto count = static_cast<int>(m_stages.size());
    const auto at = static_cast<int>(stage);
    const int left = width() * at / count;
    return {left, 0, width() * (at + 1) / count - left, height()};
}

void TimeLine::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i + 1 < m_stages.size(); ++i) {
        const bool walked =
            m_stages[i].state == Stage::State::Done && m_stages[i + 1].state != Stage::State::Next;
        painter.setPen(QPen(walked ? theme.good : theme.hairline, 2));
        painter.drawLine(QPointF(areaOf(i).center().x() + radius + 3, dotsAt),
                         QPointF(areaOf(i + 1).center().x() - radius - 3, dotsAt));
    }
    for (std::size_t i = 0; i < m_stages.size(); ++i) {
        const Stage &stage = m_stages[i];
        const QRect area = areaOf(i);
        paintDot(painter, QPointF(area.center().x(), dotsAt), stage.state, theme);
        const bool ahead = stage.state == Stage::State::Next;
        QFont font = fonts::caption();
        font.setWeight(stage.state == Stage::State::Now ? QFont::DemiBold : QFont::Normal);
        painter.setFont(font);
        painter.setPen(ahead ? theme.secondary : theme.text);
        const auto line = [&](int top, const QString &text) {
            painter.drawText(QRect(area.left() + 2, top, area.width() - 4, 16),
                             Qt::AlignHCenter | Qt::AlignVCenter,
                             painter.fontMetrics().elidedText(text, Qt::ElideRight, area.width() - 4));
        };
        line(24, stage.name);
        painter.setFont(fonts::caption());
        painter.setPen(theme.secondary);
        line(39, stage.at                            ? shortTime(*stage.at)
                 : stage.state == Stage::State::Next ? QString()
                                                     : wordOf(stage.state));
    }
}

void TimeLine::paintDot(QPainter &painter, const QPointF &at, Stage::State state, const Theme &theme) const
{
    painter.setBrush(Qt::NoBrush);
    switch (state) {
    case Stage::State::Done:
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.good);
        painter.drawEllipse(at, radius, radius);
        painter.setPen(QPen(theme.card, 1.6));
        painter.drawPolyline(
            QPolygonF{at + QPointF(-2.8, 0.2), at + QPointF(-0.8, 2.2), at + QPointF(2.8, -2)});
        break;
    case Stage::State::Now:
        painter.setPen(QPen(theme.accent, 2));
        painter.drawEllipse(at, radius, radius);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.accent);
        painter.drawEllipse(at, 2.5, 2.5);
        break;
    case Stage::State::Next:
        painter.setPen(QPen(theme.disabled, 1.5));
        painter.drawEllipse(at, radius - 1, radius - 1);
        break;
    case Stage::State::Failed:
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.bad);
        painter.drawRoundedRect(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius), 2, 2);
        painter.setPen(QPen(theme.card, 1.6));
        painter.drawLine(at + QPointF(-2.2, -2.2), at + QPointF(2.2, 2.2));
        painter.drawLine(at + QPointF(-2.2, 2.2), at + QPointF(2.2, -2.2));
        break;
    }
}

bool TimeLine::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    for (std::size_t i = 0; i < m_stages.size(); ++i) {
        if (!areaOf(i).contains(help->pos()))
            continue;
        const Stage &stage = m_stages[i];
        QString text = tr("%1: %2").arg(stage.name, wordOf(stage.state));
        if (stage.at)
            text += QLatin1Char('\n') + words::absolute(*stage.at);
        QToolTip::showText(help->globalPos(), text, this);
    }
    return true;
}

} // namespace tower
