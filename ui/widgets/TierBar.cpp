// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/TierBar.h"

#include "ui/widgets/Looks.h"
#include "ui/widgets/Words.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <numeric>

namespace tower {

namespace {

constexpr int barHeight = 12;
constexpr int gap = 2;
constexpr int leastPart = 84; ///< room for the word and the number below

} // namespace

TierBar::TierBar(QWidget *parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCounts({});
}

void TierBar::setCounts(const Counts &counts)
{
    m_counts.clear();
    QStringList words;
    for (const Tier tier : {Tier::New, Tier::Established, Tier::Trusted, Tier::Elite}) {
        const auto found =
            std::find_if(counts.begin(), counts.end(), [tier](const auto &c) { return c.first == tier; });
        m_counts.emplace_back(tier, found == counts.end() ? 0 : found->second);
        words.append(tr("%1 %2").arg(QLocale().toString(static_cast<qlonglong>(m_counts.back().second)),
                                     lookOf(tier).word));
    }
    setAccessibleName(tr("Identities by tier: %1").arg(words.join(QStringLiteral(", "))));
    update();
}

std::int64_t TierBar::count(Tier tier) const
{
    for (const auto &[each, count] : m_counts) {
        if (each == tier)
            return count;
    }
    return 0;
}

void TierBar::setChosen(std::optional<Tier> tier)
{
    m_chosen = tier;
    update();
}

/// Shares of what is left when each part has had its least, so that a tier of three is seen beside one of a
/// thousand.
std::vector<TierBar::Part> TierBar::parts() const
{
    const auto total = std::accumulate(m_counts.begin(), m_counts.end(), std::int64_t{0},
                                       [](std::int64_t sum, const auto &c) { return sum + c.second; });
    const int free = std::max(0, width() - 1 - static_cast<int>(m_counts.size()) * (leastPart + gap));
    std::vector<Part> out;
    int x = 0;
    for (const auto &[tier, count] : m_counts) {
        const int share =
            total > 0 ? static_cast<int>(free * count / total) : free / static_cast<int>(m_counts.size());
        const int wide = leastPart + share;
        out.push_back({tier, count, QRect(x, 4, wide, barHeight), QRect(x, 0, wide, height())});
        x += wide + gap;
    }
    return out;
}

int TierBar::partAt(const QPoint &at) const
{
    const auto all = parts();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].area.contains(at))
            return static_cast<int>(i);
    }
    return -1;
}

void TierBar::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto all = parts();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Part &part = all[i];
        const PillLook look = lookOf(part.tier);
        QColor fill = theme.colour(look.tone);
        const bool fades = m_chosen && *m_chosen != part.tier;
        fill.setAlphaF(part.count == 0 || fades ? 0.25F : 1.0F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawRoundedRect(part.bar, 3, 3);
        const QRect words(part.bar.left(), part.bar.bottom() + 5, part.bar.width(),
                          height() - part.bar.bottom() - 5);
        painter.setFont(m_chosen == part.tier ? fonts::strong() : fonts::body());
        painter.setPen(theme.text);
        const QString number = words::grouped(part.count);
        painter.drawText(words, Qt::AlignLeft | Qt::AlignTop, number);
        const int after = painter.fontMetrics().horizontalAdvance(number) + 5;
        painter.setFont(fonts::caption());
        painter.setPen(theme.secondary);
        painter.drawText(words.adjusted(after, 2, 0, 0), Qt::AlignLeft | Qt::AlignTop, look.word);
        const bool keyboard = hasFocus() && static_cast<int>(i) == m_focus;
        if (keyboard || static_cast<int>(i) == m_near) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(keyboard ? theme.accent : theme.hairline, 1));
            painter.drawRoundedRect(QRectF(part.area).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        }
    }
}

void TierBar::mouseMoveEvent(QMouseEvent *event)
{
    m_near = partAt(event->pos());
    update();
}

void TierBar::mouseReleaseEvent(QMouseEvent *event)
{
    const int at = partAt(event->pos());
    if (event->button() != Qt::LeftButton || at < 0)
        return;
    m_focus = at;
    emit chosen(m_counts[static_cast<std::size_t>(at)].first);
}

void TierBar::keyPressEvent(QKeyEvent *event)
{
    const int last = static_cast<int>(m_counts.size()) - 1;
    if (event->key() == Qt::Key_Left)
        m_focus = std::max(0, m_focus - 1);
    else if (event->key() == Qt::Key_Right)
        m_focus = std::min(last, m_focus + 1);
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Space)
        emit chosen(m_counts[static_cast<std::size_t>(m_focus)].first);
    else
        QWidget::keyPressEvent(event);
    update();
}

void TierBar::leaveEvent(QEvent *event)
{
    m_near = -1;
    update();
    QWidget::leaveEvent(event);
}

bool TierBar::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        if (const int at = partAt(help->pos()); at >= 0)
            QToolTip::showText(
                help->globalPos(),
                tr("Show those who are %1").arg(lookOf(m_counts[static_cast<std::size_t>(at)].first).word),
                this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace tower
