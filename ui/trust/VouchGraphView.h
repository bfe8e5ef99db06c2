// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/trust/Vouches.h"

#include <QWidget>

namespace tower {

/// Who vouched for an identity (left) and for whom it vouched (right), each in the tier they have become; a
/// revoked vouch is a broken line. The list beside it says the same for the keyboard.
class VouchGraphView : public QWidget
{
    Q_OBJECT

public:
    explicit VouchGraphView(QWidget *parent = nullptr);

    void show(const Identity &centre, const VouchGraph &graph);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {260, 80}; }

signals:
    void chosen(const tower::PubKey &key);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;

private:
    struct Node
    {
        PubKey key;
        Tier tier = Tier::New;
        bool revoked = false;
        bool given = false;
        QPointF at;
    };

    [[nodiscard]] std::vector<Node> nodes() const;
    [[nodiscard]] const Node *nodeAt(const std::vector<Node> &all, const QPointF &at) const;
    void paintMore(QPainter &painter, std::size_t hidden, bool right) const;

    Identity m_centre;
    VouchGraph m_graph;
};

} // namespace tower
