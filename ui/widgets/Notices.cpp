// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Notices.h"

#include "ui/widgets/Icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace tower {

namespace {

void paintNotice(QWidget *widget, const QColor &ground, const QColor &edge)
{
    QPainter painter(widget);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(edge);
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(widget->rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::controlRadius,
                            measure::controlRadius);
}

QString iconOf(Tone tone)
{
    switch (tone) {
    case Tone::Good:
        return QStringLiteral("good");
    case Tone::Warn:
        return QStringLiteral("warn");
    case Tone::Bad:
        return QStringLiteral("bad");
    default:
        return QStringLiteral("info");
    }
}

QToolButton *closeButton(QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setIcon(icon(QStringLiteral("close"), Tone::Neutral));
    button->setAutoRaise(true);
    button->setAccessibleName(InlineMessage::tr("Close the message"));
    return button;
}

} // namespace

InlineMessage::InlineMessage(QWidget *parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_action(new QPushButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    layout->addWidget(m_icon);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setFocusPolicy(Qt::NoFocus);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    m_close = closeButton(this);
    layout->addWidget(m_close);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    connect(m_action, &QPushButton::clicked, this, [this] {
        hide();
        if (m_onAction)
            m_onAction();
    });
    hide();
}

void InlineMessage::say(Tone tone, const QString &text, const QString &action, std::function<void()> onAction)
{
    m_tone = tone;
    m_icon->setPixmap(icon(iconOf(tone), tone).pixmap(QSize(20, 20), devicePixelRatioF()));
    m_text->setText(text);
    setAccessibleName(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    m_onAction = std::move(onAction);
    show();
    update();
}

void InlineMessage::setClosable(bool closable)
{
    m_close->setVisible(closable);
}

QString InlineMessage::text() const
{
    return m_text->text();
}

void InlineMessage::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    paintNotice(this, theme.ground(m_tone), theme.colour(m_tone));
}

UndoBar::UndoBar(QWidget *parent)
    : QFrame(parent)
    , m_text(new QLabel(this))
    , m_button(new QPushButton(icon(QStringLiteral("undo")), tr("Undo"), this))
    , m_span(new QTimer(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 6, 6, 6);
    m_text->setTextFormat(Qt::PlainText);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_button);
    auto *close = closeButton(this);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(m_button, &QPushButton::clicked, this, &UndoBar::undo);
    m_span->setSingleShot(true);
    m_span->setInterval(10'000);
    connect(m_span, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void UndoBar::offer(const QString &done, std::function<void()> undo)
{
    m_text->setText(done);
    setAccessibleName(done);
    m_undo = std::move(undo);
    m_button->setVisible(m_undo != nullptr);
    m_span->start();
    show();
}

void UndoBar::setSpan(int ms)
{
    m_span->setInterval(ms);
}

QString UndoBar::text() const
{
    return m_text->text();
}

void UndoBar::undo()
{
    m_span->stop();
    hide();
    if (const auto work = std::exchange(m_undo, {}))
        work();
}

void UndoBar::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    paintNotice(this, theme.raised, theme.hairline);
}

EmptyState::EmptyState(const QString &iconName, const QString &sentence, QWidget *parent)
    : QWidget(parent)
    , m_sentence(new QLabel(sentence, this))
    , m_action(new QPushButton(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->addStretch(2);
    auto *picture = new QLabel(this);
    picture->setPixmap(icon(iconName, Tone::Neutral).pixmap(QSize(40, 40), devicePixelRatioF()));
    layout->addWidget(picture, 0, Qt::AlignHCenter);
    layout->addSpacing(measure::grid);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(m_sentence); // unaligned: an aligned label would not get the height that its lines need
    layout->addSpacing(measure::grid);
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    m_action->hide();
    layout->addStretch(3);
}

void EmptyState::setSentence(const QString &sentence)
{
    m_sentence->setText(sentence);
}

QString EmptyState::sentence() const
{
    return m_sentence->text();
}

void EmptyState::setAction(const QString &text, std::function<void()> action)
{
    m_action->setText(text);
    m_action->setVisible(!text.isEmpty());
    m_action->disconnect(this);
    connect(m_action, &QPushButton::clicked, this, [action = std::move(action)] { action(); });
}

Busy::Busy(QWidget *parent)
    : QWidget(parent)
    , m_timer(new QTimer(this))
{
    setFixedHeight(2);
    setAccessibleName(tr("Loading"));
    m_timer->setInterval(33);
    connect(m_timer, &QTimer::timeout, this, [this] {
        ++m_step;
        update();
    });
}

void Busy::setBusy(bool busy)
{
    if (busy == isBusy())
        return;
    if (busy)
        m_timer->start();
    else
        m_timer->stop();
    update();
}

bool Busy::isBusy() const
{
    return m_timer->isActive();
}

void Busy::paintEvent(QPaintEvent *)
{
    if (!isBusy())
        return;
    QPainter painter(this);
    const int length = std::max(40, width() / 5);
    const int x = m_step * 12 % (width() + length) - length;
    painter.fillRect(QRect(x, 0, length, 2), Theme::of(palette()).accent);
}

} // namespace tower
