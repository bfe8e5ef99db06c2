// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/ClosePanel.h"

#include "ui/widgets/Theme.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace tower {

ClosePanel::ClosePanel(QWidget *parent)
    : QFrame(parent)
    , m_remember(new QCheckBox(tr("Remember this"), this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(measure::between, measure::grid, measure::between, measure::grid);
    auto *question = new QLabel(
        tr("The API is still serving. Close the window and keep serving, or stop everything?"), this);
    question->setWordWrap(true);
    layout->addWidget(question, 1);
    layout->addWidget(m_remember);
    const auto button = [this, layout](const QString &text, auto then) {
        auto *made = new QPushButton(text, this);
        layout->addWidget(made);
        connect(made, &QPushButton::clicked, this, [this, then] {
            hide();
            then();
        });
        return made;
    };
    m_cancel = button(tr("Cancel"), [] {});
    button(tr("Keep serving"), [this] { emit keepServing(); });
    button(tr("Stop and quit"), [this] { emit quit(); });
    setAccessibleName(question->text());
    hide();
}

void ClosePanel::ask()
{
    show();
    m_cancel->setFocus(Qt::PopupFocusReason);
}

bool ClosePanel::remember() const
{
    return m_remember->isChecked();
}

void ClosePanel::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.ground(Tone::Warn));
    painter.setPen(theme.warn);
    painter.drawLine(rect().bottomLeft(), rect().bottomRight());
}

void ClosePanel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        hide();
    else
        QFrame::keyPressEvent(event);
}

} // namespace tower
