// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/FilterBox.h"

#include "ui/widgets/Icons.h"

#include <QKeyEvent>
#include <QTimer>

namespace tower {

FilterBox::FilterBox(QWidget *parent)
    : QLineEdit(parent)
    , m_pause(new QTimer(this))
{
    setPlaceholderText(tr("Filter"));
    setAccessibleName(tr("Filter the table"));
    setClearButtonEnabled(true);
    addAction(icon(QStringLiteral("search"), Tone::Neutral), QLineEdit::LeadingPosition);
    setMinimumWidth(160);
    setMaximumWidth(320);
    m_pause->setSingleShot(true);
    m_pause->setInterval(300);
    connect(m_pause, &QTimer::timeout, this, &FilterBox::tell);
    connect(this, &QLineEdit::textChanged, m_pause, qOverload<>(&QTimer::start));
    connect(this, &QLineEdit::returnPressed, this, &FilterBox::tell);
}

void FilterBox::setPause(int ms)
{
    m_pause->setInterval(ms);
}

void FilterBox::tell()
{
    m_pause->stop();
    const QString now = text().trimmed();
    if (now == m_told)
        return;
    m_told = now;
    emit filterChanged(now);
}

void FilterBox::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        tell();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

} // namespace tower
