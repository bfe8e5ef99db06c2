// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pool/BudgetForm.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"

#include <QGridLayout>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace tower {

namespace {

constexpr std::pair<Tier, Setting> budgetSettings[] = {
    {Tier::New, Setting::FreeTierBudgetNew},
    {Tier::Established, Setting::FreeTierBudgetEstablished},
    {Tier::Trusted, Setting::FreeTierBudgetTrusted},
    {Tier::Elite, Setting::FreeTierBudgetElite},
};

} // namespace

std::vector<Budget> budgetsOf(const Settings &settings)
{
    std::vector<Budget> out;
    for (const auto &[tier, setting] : budgetSettings)
        out.push_back({tier, setting, settings.integer(setting),
                       settings.source(setting) == SettingSource::Saved, settings.isFixed(setting)});
    return out;
}

BudgetForm::BudgetForm(QWidget *parent)
    : QWidget(parent)
    , m_message(new InlineMessage(this))
    , m_save(new QPushButton(tr("Save the budgets"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, measure::between, 0, 0);
    layout->setSpacing(measure::grid);
    auto *says =
        new QLabel(tr("What the pool takes on for one identity in a day (UTC), by its tier. A change "
                      "holds from the next quote on; quotes that were given stand."),
                   this);
    says->setWordWrap(true);
    layout->addWidget(says);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(measure::between);
    grid->setVerticalSpacing(measure::grid);
    grid->setColumnStretch(2, 1);
    for (const auto &[tier, setting] : budgetSettings) {
        const SettingSpec &spec = Settings::spec(setting);
        Line line{{tier, setting}, new QSpinBox(this), captionLabel({}, this)};
        line.field->setRange(0, static_cast<int>(std::min<std::int64_t>(spec.maximum, 2'000'000'000)));
        line.field->setSuffix(tr(" sats"));
        line.field->setGroupSeparatorShown(true);
        line.field->setButtonSymbols(QAbstractSpinBox::NoButtons);
        line.field->setFixedWidth(160);
        line.field->setAccessibleName(tr("Daily budget of the tier %1").arg(lookOf(tier).word));
        line.field->setToolTip(QString::fromLatin1(spec.name));
        const int row = grid->rowCount();
        grid->addWidget(new Pill(lookOf(tier), this), row, 0);
        grid->addWidget(line.field, row, 1);
        grid->addWidget(line.remark, row, 2);
        connect(line.field, &QSpinBox::valueChanged, this,
                [this] { m_save->setEnabled(!changes().empty()); });
        m_lines.push_back(line);
    }
    layout->addLayout(grid);
    layout->addWidget(m_message);
    m_save->setEnabled(false);
    layout->addWidget(m_save, 0, Qt::AlignLeft);
    layout->addStretch();
    connect(m_save, &QPushButton::clicked, this, [this] {
        m_save->setEnabled(false);
        emit submitted(changes());
    });
}

void BudgetForm::show(const std::vector<Budget> &budgets)
{
    for (Line &line : m_lines) {
        const auto found = std::find_if(budgets.begin(), budgets.end(),
                                        [&line](const Budget &b) { return b.tier == line.budget.tier; });
        if (found == budgets.end())
            continue;
        const bool touched = line.field->value() != line.budget.sats;
        line.budget = *found;
        if (!touched)
            line.field->setValue(static_cast<int>(found->sats));
        line.field->setEnabled(!found->fixed);
        line.remark->setText(found->fixed   ? tr("fixed outside: command line, environment or config file")
                             : found->saved ? QString()
                                            : tr("default"));
    }
    m_save->setEnabled(!changes().empty());
}

QSpinBox *BudgetForm::field(Tier tier) const
{
    const auto found = std::find_if(m_lines.begin(), m_lines.end(),
                                    [tier](const Line &line) { return line.budget.tier == tier; });
    return found == m_lines.end() ? nullptr : found->field;
}

Settings::Changes BudgetForm::changes() const
{
    Settings::Changes out;
    for (const Line &line : m_lines) {
        if (!line.budget.fixed && line.field->value() != line.budget.sats)
            out[line.budget.setting] = QString::number(line.field->value());
    }
    return out;
}

void BudgetForm::say(const QString &problem)
{
    m_message->say(Tone::Bad, problem);
    m_save->setEnabled(!changes().empty());
}

void BudgetForm::kept()
{
    m_message->hide();
}

} // namespace tower
