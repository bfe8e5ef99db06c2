// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/books/PeriodBox.h"

#include "ui/widgets/Theme.h"

#include <QComboBox>
#include <QDateEdit>
#include <QDateTime>
#include <QHBoxLayout>

namespace tower {

namespace {

enum Choice { Always, Today, Week, Month, Range };

Millis startOf(const QDate &day)
{
    return Millis(QDateTime(day, QTime(0, 0), Qt::UTC).toMSecsSinceEpoch());
}

QDate today()
{
    return QDateTime::currentDateTimeUtc().date();
}

} // namespace

PeriodBox::PeriodBox(QWidget *parent)
    : QWidget(parent)
    , m_choice(new QComboBox(this))
    , m_first(new QDateEdit(today().addDays(-30), this))
    , m_last(new QDateEdit(today(), this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::inside);
    m_choice->addItems(
        {tr("Any time"), tr("Today (UTC)"), tr("Last 7 days"), tr("Last 30 days"), tr("From…")});
    m_choice->setAccessibleName(tr("Which days"));
    m_first->setAccessibleName(tr("First day (UTC)"));
    m_last->setAccessibleName(tr("Last day (UTC)"));
    layout->addWidget(m_choice);
    for (QDateEdit *date : {m_first, m_last}) {
        date->setCalendarPopup(true);
        date->hide();
        layout->addWidget(date);
        connect(date, &QDateEdit::dateChanged, this, [this] {
            if (m_choice->currentIndex() == Range)
                emit changed();
        });
    }
    connect(m_choice, &QComboBox::currentIndexChanged, this, [this](int choice) {
        m_first->setVisible(choice == Range);
        m_last->setVisible(choice == Range);
        emit changed();
    });
}

std::optional<Millis> PeriodBox::since() const
{
    switch (m_choice->currentIndex()) {
    case Today:
        return startOf(today());
    case Week:
        return startOf(today().addDays(-6));
    case Month:
        return startOf(today().addDays(-29));
    case Range:
        return startOf(m_first->date());
    default:
        return std::nullopt;
    }
}

std::optional<Millis> PeriodBox::until() const
{
    if (m_choice->currentIndex() != Range)
        return std::nullopt;
    return startOf(m_last->date().addDays(1)) - Millis(1);
}

void PeriodBox::setRange(const QDate &first, const QDate &last)
{
    m_first->setDate(first);
    m_last->setDate(last);
    m_choice->setCurrentIndex(Range);
}

} // namespace tower
