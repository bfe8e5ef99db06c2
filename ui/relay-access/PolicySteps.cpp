// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/PolicySteps.h"

#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace tower {

namespace {

QWidget *stepWidget(const PolicyStep &step, QWidget *parent)
{
    auto *widget = new QWidget(parent);
    auto *layout = new QHBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *mark = new QLabel(widget);
    const auto picture = step.decides ? icon(QStringLiteral("why"), Tone::Accent)
                                      : icon(QStringLiteral("check"), Tone::Neutral);
    mark->setPixmap(picture.pixmap(QSize(16, 16), widget->devicePixelRatioF()));
    mark->setToolTip(step.decides ? PolicySteps::tr("This check decides") : QString());
    layout->addWidget(mark, 0, Qt::AlignTop);
    auto *words = new QVBoxLayout;
    words->setSpacing(0);
    auto *check = new QLabel(PolicySteps::tr("%1: %2").arg(step.check, step.outcome), widget);
    check->setFont(step.decides ? fonts::strong() : fonts::body());
    check->setTextFormat(Qt::PlainText);
    check->setWordWrap(true);
    words->addWidget(check);
    if (!step.detail.isEmpty()) {
        auto *detail = captionLabel(step.detail, widget);
        detail->setWordWrap(true);
        words->addWidget(detail);
    }
    layout->addLayout(words, 1);
    widget->setAccessibleName(step.check + QLatin1String(": ") + step.outcome);
    return widget;
}

} // namespace

PolicySteps::PolicySteps(const PolicyExplanation &explanation, QWidget *parent)
    : QWidget(parent)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *verdict = new QWidget(this);
    auto *pills = new QHBoxLayout(verdict);
    pills->setContentsMargins(0, measure::grid, 0, measure::grid);
    pills->addWidget(
        new Pill(lookOfPolicyAction(QString::fromLatin1(toText(explanation.decision.action))), verdict));
    pills->addWidget(new Pill(lookOf(explanation.tier), verdict));
    pills->addWidget(new Pill(lookOf(explanation.access), verdict));
    pills->addStretch();
    layout->addWidget(verdict);
    if (!explanation.decision.message.isEmpty()) {
        auto *told = new QLabel(
            tr("The author is told: %1").arg(QString::fromUtf8(explanation.decision.message)), this);
        told->setTextFormat(Qt::PlainText);
        told->setWordWrap(true);
        layout->addWidget(told);
    }
    for (const PolicyStep &step : explanation.steps)
        layout->addWidget(stepWidget(step, this));
}

} // namespace tower
