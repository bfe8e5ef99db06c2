// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Card.h"

#include "ui/widgets/Icons.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QSettings>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

namespace tower {

namespace {

void paintSurface(QWidget *widget)
{
    const Theme &theme = Theme::of(widget->palette());
    QPainter painter(widget);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.hairline);
    painter.setBrush(theme.card);
    painter.drawRoundedRect(QRectF(widget->rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::cardRadius,
                            measure::cardRadius);
}

} // namespace

Card::Card(const QString &title, QWidget *parent)
    : QFrame(parent)
    , m_title(new QLabel(this))
    , m_head(new QHBoxLayout)
    , m_body(new QVBoxLayout)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(measure::card, measure::card, measure::card, measure::card);
    layout->setSpacing(measure::grid);
    m_title->setFont(fonts::cardTitle());
    m_head->addWidget(m_title);
    m_head->addStretch();
    layout->addLayout(m_head);
    layout->addLayout(m_body, 1);
    setTitle(title);
}

void Card::addAction(QWidget *widget)
{
    m_head->addWidget(widget);
}

void Card::setTitle(const QString &title)
{
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    setAccessibleName(title);
}

void Card::setFlush()
{
    layout()->setContentsMargins(measure::grid, measure::grid, measure::grid, measure::grid);
}

void Card::paintEvent(QPaintEvent *)
{
    paintSurface(this);
}

DetailPanel::DetailPanel(QWidget *parent)
    : QFrame(parent)
    , m_title(new QLabel(this))
    , m_scroll(new QScrollArea(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(measure::card, measure::grid, measure::grid, measure::card);
    auto *head = new QHBoxLayout;
    m_title->setFont(fonts::cardTitle());
    m_title->setTextFormat(Qt::PlainText);
    head->addWidget(m_title, 1);
    auto *close = new QToolButton(this);
    close->setIcon(icon(QStringLiteral("close"), Tone::Neutral));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Esc)"));
    close->setAccessibleName(tr("Close the details"));
    connect(close, &QToolButton::clicked, this, &DetailPanel::dismiss);
    head->addWidget(close);
    layout->addLayout(head);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setAutoFillBackground(false);
    layout->addWidget(m_scroll);
    setMinimumWidth(300);
    hide();
}

void DetailPanel::present(const QString &title, QWidget *content)
{
    m_title->setText(title);
    setAccessibleName(title);
    m_scroll->setWidget(content);
    content->setAutoFillBackground(false); // the card's ground shows, not the scroll area's
    show();
}

QWidget *DetailPanel::content() const
{
    return m_scroll->widget();
}

void DetailPanel::dismiss()
{
    hide();
    emit dismissed();
}

void DetailPanel::paintEvent(QPaintEvent *)
{
    paintSurface(this);
}

void DetailPanel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QFrame::keyPressEvent(event);
}

void rememberSplitter(QSplitter *splitter, QSettings *settings, const QString &id)
{
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(measure::between);
    if (!settings)
        return;
    const QString entry = QStringLiteral("splitters/%1").arg(id);
    splitter->restoreState(settings->value(entry).toByteArray());
    QObject::connect(splitter, &QSplitter::splitterMoved, splitter,
                     [splitter, settings, entry] { settings->setValue(entry, splitter->saveState()); });
}

} // namespace tower
