// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/CopyLabel.h"

#include "ui/widgets/Theme.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

namespace tower {

CopyLabel::CopyLabel(const QString &text, QWidget *parent, const QString &shown)
    : QLabel(shown.isEmpty() ? text : shown, parent)
    , m_whole(text)
{
    setFont(fonts::fixed());
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setToolTip(tr("%1\nClick to copy").arg(text));
    setAccessibleName(text);
}

void CopyLabel::copy()
{
    QApplication::clipboard()->setText(m_whole);
    QToolTip::showText(mapToGlobal(QPoint(0, height())), tr("copied"), this, {}, 1500);
}

void CopyLabel::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->pos()))
        copy();
}

void CopyLabel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->matches(QKeySequence::Copy))
        copy();
    else
        QLabel::keyPressEvent(event);
}

} // namespace tower
