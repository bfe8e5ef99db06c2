// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pool/AdjustForm.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int mostSats = 2'000'000'000;
constexpr int usualSats = 1'000;

} // namespace

AdjustForm::AdjustForm(Way way, const PoolStatus &status, QWidget *parent)
    : QWidget(parent)
    , m_way(way)
    , m_amount(new QSpinBox(this))
    , m_reason(new QLineEdit(this))
    , m_preview(new QLabel(this))
    , m_message(new InlineMessage(this))
    , m_go(new QPushButton(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(measure::inside);
    const auto field = [this, layout](const QString &caption, QWidget *widget) {
        auto *label = captionLabel(caption, this);
        label->setBuddy(widget);
        widget->setAccessibleName(caption);
        layout->addWidget(label);
        layout->addWidget(widget);
        layout->addSpacing(measure::inside);
    };
    m_amount->setRange(1, mostSats);
    m_amount->setValue(usualSats);
    m_amount->setSuffix(tr(" sats"));
    m_amount->setGroupSeparatorShown(true);
    m_amount->setButtonSymbols(QAbstractSpinBox::NoButtons); // the arrow keys step
    field(tr("How much"), m_amount);
    m_reason->setPlaceholderText(tr("Kept in the activity log"));
    field(tr("Reason"), m_reason);
    m_preview->setWordWrap(true);
    m_preview->setTextFormat(Qt::PlainText);
    layout->addWidget(m_preview);
    layout->addSpacing(measure::grid);
    layout->addWidget(m_message);
    auto *buttons = new QHBoxLayout;
    auto *cancel = new QPushButton(tr("Cancel"), this);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_go);
    layout->addLayout(buttons);
    layout->addStretch();

    connect(m_amount, &QSpinBox::valueChanged, this, &AdjustForm::describe);
    connect(m_reason, &QLineEdit::textChanged, this, &AdjustForm::describe);
    connect(cancel, &QPushButton::clicked, this, &AdjustForm::cancelled);
    connect(m_go, &QPushButton::clicked, this, [this] {
        m_go->setEnabled(false);
        const std::int64_t sats = m_amount->value();
        emit submitted(Sats(m_way == Way::Add ? sats : -sats), m_reason->text().trimmed());
    });
    setStatus(status);
    m_amount->setFocus();
    m_amount->selectAll();
}

void AdjustForm::setStatus(const PoolStatus &status)
{
    m_status = status;
    describe();
}

void AdjustForm::describe()
{
    const Sats sats(m_amount->value());
    const Sats available = m_status.balance - m_status.reserved;
    const bool fits = m_way == Way::Add || sats <= available;
    const QString amount = words::amount(sats);
    const Sats after = m_way == Way::Add ? m_status.balance + sats : m_status.balance - sats;
    m_go->setText(m_way == Way::Add ? tr("Add %1").arg(amount) : tr("Take %1").arg(amount));
    if (fits)
        m_preview->setText(
            (m_way == Way::Add ? tr("The pool goes from %1 to %2, out of the operator's account.")
                               : tr("The pool goes from %1 to %2, into the operator's account."))
                .arg(words::amount(m_status.balance), words::amount(after)) +
            QLatin1Char(' ') +
            tr("No sats leave the wallet. There is no undo: the way back is a new entry in the books."));
    else
        m_preview->setText(tr("Only %1 can be taken: the rest is reserved for work under way.")
                               .arg(words::amount(available)));
    m_go->setEnabled(fits && !m_reason->text().trimmed().isEmpty());
}

void AdjustForm::say(const QString &problem)
{
    m_message->say(Tone::Bad, problem);
    describe();
}

} // namespace tower
