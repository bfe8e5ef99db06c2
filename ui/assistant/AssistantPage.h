// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace tower {

class Card;
class SetupStep;

/// The first steps in a new data folder, one after the other; any can be skipped, and all of them.
class AssistantPage : public PageWidget
{
    Q_OBJECT

public:
    /// `done` is called when the operator has come to the end or wants no more of it; the page may go then,
    /// later.
    AssistantPage(const PageContext &context, std::function<void()> done, QWidget *parent = nullptr);

    void go(int step);
    [[nodiscard]] int step() const;
    [[nodiscard]] const std::vector<SetupStep *> &steps() const { return m_steps; }

public slots:
    void next();
    void back();
    void leave();

private:
    void addStep(SetupStep *step);
    void read();

    std::function<void()> m_done;
    std::vector<SetupStep *> m_steps;
    Card *m_card;
    QStackedWidget *m_stack;
    QLabel *m_count;
    QPushButton *m_back;
    QPushButton *m_next;
};

} // namespace tower
