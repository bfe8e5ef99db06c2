// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/Theme.h"

#include <QWidget>

namespace tower {

enum class PillShape { Dot, Ring, Triangle, Square };

/// How a state looks: always a word and a shape, the colour is a third voice.
struct PillLook
{
    QString word;
    PillShape shape = PillShape::Dot;
    Tone tone = Tone::Neutral;

    friend bool operator==(const PillLook &, const PillLook &) = default;
};

QSize pillSize(const PillLook &look);
void paintPill(QPainter &painter, const QRect &rect, const PillLook &look, const Theme &theme);

class Pill : public QWidget
{
    Q_OBJECT

public:
    explicit Pill(const PillLook &look = {}, QWidget *parent = nullptr);

    void setLook(const PillLook &look);
    [[nodiscard]] const PillLook &look() const { return m_look; }
    [[nodiscard]] QSize sizeHint() const override { return pillSize(m_look); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    PillLook m_look;
};

} // namespace tower

Q_DECLARE_METATYPE(tower::PillLook)
