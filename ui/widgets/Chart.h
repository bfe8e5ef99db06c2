// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/ChartScale.h"
#include "ui/widgets/Theme.h"

#include <QWidget>

namespace tower {

/// What a chart shows: each series has one value for each point.
struct ChartData
{
    struct Series
    {
        QString name;
        Tone tone = Tone::Accent;
        std::vector<std::int64_t> values;
    };

    QStringList points{}; ///< what each is called, in full
    QStringList ticks{};  ///< the same for the axis, short
    QString unit{};
    std::vector<Series> series{};
};

/// Lines or stacked bars over points of time. The mouse, or the arrow keys, walk from point to point and its
/// values are told in words; whoever shows it shows the same numbers as a table, too. GUI thread.
class Chart : public QWidget
{
    Q_OBJECT

public:
    enum class Kind { Lines, Bars };

    Chart(Kind kind, const QString &name, QWidget *parent = nullptr);

    void setData(ChartData data);
    [[nodiscard]] const ChartData &data() const { return m_data; }
    /// The point under the mouse or the keyboard; -1: none.
    [[nodiscard]] int current() const { return m_current; }
    void setCurrent(int point);
    /// "20 Nov: Balance 10 000, Reserved 40 sats"
    [[nodiscard]] QString sentence(int point) const;
    [[nodiscard]] ChartScale scale() const;

    [[nodiscard]] QSize sizeHint() const override { return {480, 160}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 110}; }

signals:
    void currentChanged(int point);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    [[nodiscard]] int count() const { return static_cast<int>(m_data.points.size()); }
    [[nodiscard]] QRect plot() const;
    [[nodiscard]] double xOf(int point) const;
    [[nodiscard]] double yOf(std::int64_t value) const;
    [[nodiscard]] double slot() const;
    void describe();
    void paintAxes(QPainter &painter, const Theme &theme) const;
    void paintTicks(QPainter &painter) const;
    void paintLegend(QPainter &painter, const Theme &theme) const;
    void paintLines(QPainter &painter, const Theme &theme) const;
    void paintBars(QPainter &painter, const Theme &theme) const;
    void paintCurrent(QPainter &painter, const Theme &theme) const;
    static void dress(QPainter &painter, const QColor &colour, std::size_t series);

    Kind m_kind;
    QString m_name;
    ChartData m_data;
    ChartScale m_scale;
    int m_current = -1;
};

} // namespace tower
