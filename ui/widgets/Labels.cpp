// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Labels.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Words.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QToolTip>

namespace tower {

NpubLabel::NpubLabel(QWidget *parent)
    : QLabel(parent)
{
    setFont(fonts::fixed());
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setTextFormat(Qt::PlainText);
}

NpubLabel::NpubLabel(const PubKey &key, QWidget *parent)
    : NpubLabel(parent)
{
    setKey(key);
}

void NpubLabel::setKey(const PubKey &key)
{
    m_key = key;
    m_npub = QString::fromLatin1(toNpub(key));
    setText(words::shortened(m_npub, 12, 8));
    setToolTip(tr("%1\nClick to copy").arg(m_npub));
    setAccessibleName(tr("Public key %1").arg(m_npub));
}

void NpubLabel::copyNpub()
{
    copy(m_npub);
}

void NpubLabel::copyHex()
{
    copy(m_key.text());
}

void NpubLabel::copy(const QString &text)
{
    if (m_npub.isEmpty())
        return;
    QApplication::clipboard()->setText(text);
    QToolTip::showText(mapToGlobal(QPoint(0, height())), tr("copied"), this, {}, 1500);
}

void NpubLabel::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->pos()))
        copyNpub();
}

void NpubLabel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->matches(QKeySequence::Copy))
        copyNpub();
    else
        QLabel::keyPressEvent(event);
}

void NpubLabel::contextMenuEvent(QContextMenuEvent *event)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(icon(QStringLiteral("copy")), tr("Copy npub"), this, &NpubLabel::copyNpub);
    menu->addAction(icon(QStringLiteral("copy")), tr("Copy hex"), this, &NpubLabel::copyHex);
    menu->popup(event->globalPos());
}

SatsLabel::SatsLabel(QWidget *parent)
    : QLabel(parent)
{
    setFont(fonts::tabular(fonts::body()));
    setTextFormat(Qt::PlainText);
}

void SatsLabel::setAmount(Sats amount, const QString &fiat)
{
    setText(words::amount(amount));
    setToolTip(fiat);
}

QLabel *captionLabel(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setFont(fonts::caption());
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setTextFormat(Qt::PlainText);
    return label;
}

} // namespace tower
