// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/Theme.h"

#include <QAbstractButton>

#include <vector>

namespace tower {

/// A figure that matters: caption, big number with its unit, what changed, and the last month as a line. The
/// whole tile is a button.
class Tile : public QAbstractButton
{
    Q_OBJECT

public:
    explicit Tile(const QString &caption, QWidget *parent = nullptr);

    void setFigure(const QString &figure, const QString &unit = {});
    /// `text` carries the direction in words ("up 12 today"); `direction` -1, 0, 1 draws the arrow.
    void setDelta(const QString &text, int direction, Tone tone = Tone::Neutral);
    void setSparkline(std::vector<double> values);

    [[nodiscard]] QSize sizeHint() const override { return {220, 112}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 112}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    void paintSparkline(QPainter &painter, const QRectF &area, const Theme &theme) const;
    void describe();

    QString m_figure, m_unit, m_delta;
    int m_direction = 0;
    Tone m_deltaTone = Tone::Neutral;
    std::vector<double> m_values;
};

} // namespace tower
