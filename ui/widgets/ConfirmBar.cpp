// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/ConfirmBar.h"

#include "ui/widgets/Theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>

namespace tower {

ConfirmBar::ConfirmBar(QWidget *parent)
    : QFrame(parent)
    , m_layout(new QHBoxLayout(this))
    , m_question(new QLabel(this))
    , m_field(new QLineEdit(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_go(new QPushButton(this))
{
    m_layout->setContentsMargins(12, 6, 6, 6);
    m_question->setTextFormat(Qt::PlainText);
    m_question->setWordWrap(true);
    m_field->setFont(fonts::fixed());
    m_layout->addWidget(m_question, 1);
    m_layout->addWidget(m_field);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_go);
    m_layout->addLayout(buttons);
    connect(m_cancel, &QPushButton::clicked, this, &QWidget::hide);
    connect(m_go, &QPushButton::clicked, this, &ConfirmBar::confirm);
    connect(m_field, &QLineEdit::textChanged, this, [this] { m_go->setEnabled(isTyped()); });
    connect(m_field, &QLineEdit::returnPressed, this, &ConfirmBar::confirm);
    hide();
}

void ConfirmBar::ask(const QString &question, const QString &verb, std::function<void()> then)
{
    open(question, verb, {}, std::move(then));
}

void ConfirmBar::askTyped(const QString &question, const QString &verb, const QString &word,
                          std::function<void()> then)
{
    open(question, verb, word, std::move(then));
}

void ConfirmBar::open(const QString &question, const QString &verb, const QString &word,
                      std::function<void()> then)
{
    m_word = word;
    m_layout->setDirection(word.isEmpty() ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_field->clear();
    m_field->setPlaceholderText(word);
    m_field->setAccessibleName(tr("Type %1 to confirm").arg(word));
    m_field->setVisible(!word.isEmpty());
    m_question->setText(question);
    setAccessibleName(question);
    m_go->setText(verb);
    m_go->setEnabled(isTyped());
    m_then = std::move(then);
    show();
    m_cancel->setFocus(Qt::PopupFocusReason);
}

bool ConfirmBar::isTyped() const
{
    return m_word.isEmpty() || m_field->text().trimmed() == m_word;
}

QString ConfirmBar::question() const
{
    return m_question->text();
}

void ConfirmBar::confirm()
{
    if (!isTyped())
        return;
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
