// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Tier.h"

#include <QWidget>

#include <vector>

namespace tower {

/// How many identities each tier has: one bar in parts, a caption with word and number below each. A click or
/// the keyboard (arrows, Enter) chooses a tier.
class TierBar : public QWidget
{
    Q_OBJECT

public:
    using Counts = std::vector<std::pair<Tier, std::int64_t>>;

    explicit TierBar(QWidget *parent = nullptr);

    void setCounts(const Counts &counts);
    [[nodiscard]] std::int64_t count(Tier tier) const;
    /// Marks the tier that is filtered by.
    void setChosen(std::optional<Tier> tier);

    [[nodiscard]] QSize sizeHint() const override { return {400, 38}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {300, 38}; }

signals:
    void chosen(tower::Tier tier);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void leaveEvent(QEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Part
    {
        Tier tier = Tier::New;
        std::int64_t count = 0;
        QRect bar;
        QRect area; ///< what takes the click: the part's share of the whole height
    };

    [[nodiscard]] std::vector<Part> parts() const;
    [[nodiscard]] int partAt(const QPoint &at) const;

    Counts m_counts;
    std::optional<Tier> m_chosen;
    int m_near = -1; ///< under the mouse
    int m_focus = 0; ///< under the keyboard
};

} // namespace tower
