// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trust/VouchGraphView.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Words.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace tower {

namespace {

constexpr std::size_t shownPerSide = 8;
constexpr int rowHeight = 36;
constexpr double radius = 7;
constexpr double edgeRoom = 64; ///< from the side to a node, for its name below

QString nameOf(const PubKey &key)
{
    return words::shortened(QString::fromLatin1(toNpub(key)), 8, 4);
}

std::size_t shown(const std::vector<VouchEdge> &edges)
{
    return std::min(edges.size(), shownPerSide);
}

} // namespace

VouchGraphView::VouchGraphView(QWidget *parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void VouchGraphView::show(const Identity &centre, const VouchGraph &graph)
{
    m_centre = centre;
    m_graph = graph;
    setAccessibleName(tr("Vouched for by %1, vouched for %2: the list below names them")
                          .arg(graph.received.size())
                          .arg(graph.given.size()));
    updateGeometry();
    update();
}

QSize VouchGraphView::sizeHint() const
{
    const auto rows =
        static_cast<int>(std::max({shown(m_graph.given), shown(m_graph.received), std::size_t{2}}));
    return {320, rows * rowHeight + 24};
}

std::vector<VouchGraphView::Node> VouchGraphView::nodes() const
{
    std::vector<Node> out;
    const auto add = [this, &out](const std::vector<VouchEdge> &edges, bool given) {
        const std::size_t count = shown(edges);
        const double step = (height() - 24.0) / static_cast<double>(std::max<std::size_t>(count, 1));
        for (std::size_t i = 0; i < count; ++i) {
            const VouchEdge &edge = edges[i];
            const double y = 8 + step * (static_cast<double>(i) + 0.5) - 4;
            out.push_back({edge.other.pubkey, edge.other.tier, edge.vouch.revokedAt.has_value(), given,
                           QPointF(given ? width() - edgeRoom : edgeRoom, y)});
        }
    };
    add(m_graph.received, false);
    add(m_graph.given, true);
    return out;
}

void VouchGraphView::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF centre(width() / 2.0, (height() - 24.0) / 2 + 4);
    const auto all = nodes();
    for (const Node &node : all) {
        const QPointF from = node.given ? centre : node.at;
        const QPointF to = node.given ? node.at : centre;
        const double reach = node.given ? radius + 3 : radius + 6;
        const double bend = (to.x() - from.x()) / 2;
        QPainterPath line(from);
        line.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to - QPointF(reach, 0));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(node.revoked ? theme.disabled : theme.secondary, 1.2,
                            node.revoked ? Qt::DashLine : Qt::SolidLine));
        painter.drawPath(line);
        const QPointF tip = to - QPointF(reach, 0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(node.revoked ? theme.disabled : theme.secondary);
        painter.drawPolygon(QPolygonF{tip, tip + QPointF(-6, -3), tip + QPointF(-6, 3)});
    }
    painter.setFont(fonts::caption());
    const auto circle = [&](const QPointF &at, double size, Tier tier, const QString &name, bool faded) {
        const QColor colour = theme.colour(lookOf(tier).tone);
        painter.setPen(QPen(colour, 2));
        painter.setBrush(faded ? QBrush(theme.card) : QBrush(colour));
        painter.drawEllipse(at, size, size);
        painter.setPen(theme.text);
        painter.drawText(QRectF(at.x() - edgeRoom, at.y() + size + 1, 2 * edgeRoom, 14), Qt::AlignCenter,
                         name);
    };
    for (const Node &node : all)
        circle(node.at, radius, node.tier, nameOf(node.key), node.revoked);
    circle(centre, radius + 3, m_centre.tier, nameOf(m_centre.pubkey), false);
    paintMore(painter, m_graph.received.size() - shown(m_graph.received), false);
    paintMore(painter, m_graph.given.size() - shown(m_graph.given), true);
}

void VouchGraphView::paintMore(QPainter &painter, std::size_t hidden, bool right) const
{
    if (hidden == 0)
        return;
    painter.setPen(Theme::of(palette()).secondary);
    const QRect line(0, height() - 15, width(), 14);
    painter.drawText(line, right ? Qt::AlignRight : Qt::AlignLeft, tr("and %1 more").arg(hidden));
}

const VouchGraphView::Node *VouchGraphView::nodeAt(const std::vector<Node> &all, const QPointF &at) const
{
    for (const Node &node : all) {
        const QPointF off = at - node.at;
        if (std::hypot(off.x(), off.y()) <= radius + 6)
            return &node;
    }
    return nullptr;
}

void VouchGraphView::mouseMoveEvent(QMouseEvent *event)
{
    const auto all = nodes();
    const Node *node = nodeAt(all, event->position());
    setCursor(node ? Qt::PointingHandCursor : Qt::ArrowCursor);
    setToolTip(node ? tr("%1\n%2%3")
                          .arg(QString::fromLatin1(toNpub(node->key)), lookOf(node->tier).word,
                               node->revoked ? tr(", vouch revoked") : QString())
                    : QString());
}

void VouchGraphView::mouseReleaseEvent(QMouseEvent *event)
{
    const auto all = nodes();
    if (const Node *node = nodeAt(all, event->position()); node && event->button() == Qt::LeftButton)
        emit chosen(node->key);
}

} // namespace tower
