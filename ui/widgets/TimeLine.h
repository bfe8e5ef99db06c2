// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "ui/widgets/Theme.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace tower {

/// One stage of something that takes its time.
struct Stage
{
    enum class State { Done, Now, Next, Failed };

    QString name;
    State state = State::Next;
    std::optional<Millis> at{}; ///< when it was reached

    friend bool operator==(const Stage &, const Stage &) = default;
};

/// Stages as dots on a line, each with its name and the time under it. Done, now, next and failed differ in
/// shape, not in colour alone. GUI thread.
class TimeLine : public QWidget
{
    Q_OBJECT

public:
    explicit TimeLine(QWidget *parent = nullptr);

    void setStages(std::vector<Stage> stages);
    [[nodiscard]] const std::vector<Stage> &stages() const { return m_stages; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    [[nodiscard]] QRect areaOf(std::size_t stage) const;
    void paintDot(QPainter &painter, const QPointF &at, Stage::State state, const Theme &theme) const;

    std::vector<Stage> m_stages;
};

} // namespace tower
