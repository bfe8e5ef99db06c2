// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/ConfirmBar.h"

#include "ui/widgets/Theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace tower {

ConfirmBar::ConfirmBar(QWidget *parent)
    : QFrame(parent)
    , m_question(new QLabel(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_go(new QPushButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    m_question->setTextFormat(Qt::PlainText);
    m_question->setWordWrap(true);
    layout->addWidget(m_question, 1);
    layout->addWidget(m_cancel);
    layout->addWidget(m_go);
    connect(m_cancel, &QPushButton::clicked, this, &QWidget::hide);
    connect(m_go, &QPushButton::clicked, this, &ConfirmBar::confirm);
    hide();
}

void ConfirmBar::ask(const QString &question, const QString &verb, std::function<void()> then)
{
    m_question->setText(question);
    setAccessibleName(question);
    m_go->setText(verb);
    m_then = std::move(then);
    show();
    m_cancel->setFocus(Qt::PopupFocusReason);
}

QString ConfirmBar::question() const
{
    return m_question->text();
}

void ConfirmBar::confirm()
{
    hide();
    if (const auto work = std::exchange(m_then, {}))
        work();
}

void ConfirmBar::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.warn);
    painter.setBrush(theme.ground(Tone::Warn));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::controlRadius,
                            measure::controlRadius);
}

void ConfirmBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        hide();
    else
        QFrame::keyPressEvent(event);
}

} // namespace tower
