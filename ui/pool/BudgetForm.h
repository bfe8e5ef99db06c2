// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/identity/Tier.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;
class QSpinBox;

namespace tower {

class InlineMessage;

/// What an identity of a tier may have absorbed in a day.
struct Budget
{
    Tier tier = Tier::New;
    Setting setting = Setting::FreeTierBudgetNew;
    std::int64_t sats = 0;
    bool saved = false; ///< by the operator; otherwise the default, or fixed
    bool fixed = false; ///< by the command line, the environment or the config file
};

std::vector<Budget> budgetsOf(const Settings &settings);

/// The daily budgets, to be changed together. What is being typed survives changes from elsewhere.
class BudgetForm : public QWidget
{
    Q_OBJECT

public:
    explicit BudgetForm(QWidget *parent = nullptr);

    void show(const std::vector<Budget> &budgets);
    [[nodiscard]] QSpinBox *field(Tier tier) const;
    void say(const QString &problem);
    /// The service has taken it; show() follows with what holds now.
    void kept();

signals:
    void submitted(const tower::Settings::Changes &changes);

private:
    struct Line
    {
        Budget budget;
        QSpinBox *field;
        QLabel *remark;
    };

    [[nodiscard]] Settings::Changes changes() const;

    std::vector<Line> m_lines;
    InlineMessage *m_message;
    QPushButton *m_save;
};

} // namespace tower
