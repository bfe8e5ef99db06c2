// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/QrCode.h"

#include "ui/widgets/Theme.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <qrencode.h>

#include <algorithm>
#include <memory>

namespace tower {

namespace {

constexpr int quietZone = 4; ///< modules, as ISO 18004 asks

struct FreeQr
{
    void operator()(QRcode *code) const { QRcode_free(code); }
};

} // namespace

QrCode::QrCode(QWidget *parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

/// In upper case, which the code packs tighter; an invoice reads the same in either.
void QrCode::setInvoice(const QString &bolt11, const QString &name)
{
    encode(QStringLiteral("LIGHTNING:") + bolt11.toUpper(), bolt11, name);
}

void QrCode::setText(const QString &text, const QString &name)
{
    encode(text, text, name);
}

void QrCode::encode(const QString &payload, const QString &text, const QString &name)
{
    setAccessibleName(tr("%1 as a QR code: %2").arg(name, text));
    setToolTip(tr("Click to copy"));
    if (payload == m_payload)
        return;
    m_payload = payload;
    m_text = text;
    m_side = 0;
    m_dark.clear();
    const std::unique_ptr<QRcode, FreeQr> code(
        QRcode_encodeString(payload.toLatin1().constData(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
    if (code) {
        m_side = code->width;
        const auto all = static_cast<std::size_t>(m_side) * static_cast<std::size_t>(m_side);
        for (std::size_t i = 0; i < all; ++i)
            m_dark.push_back((code->data[i] & 1U) != 0);
    }
    update();
}

bool QrCode::isDark(int row, int column) const
{
    return m_dark[static_cast<std::size_t>(row) * static_cast<std::size_t>(m_side) +
                  static_cast<std::size_t>(column)];
}

void QrCode::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const int across = m_side + 2 * quietZone;
    const int side = std::min(width(), height());
    const QRect square((width() - side) / 2, (height() - side) / 2, side, side);
    painter.fillRect(square, Qt::white);
    if (m_side > 0) {
        const int module = std::max(1, side / across);
        const QPoint corner = square.topLeft() + QPoint((side - module * across) / 2 + module * quietZone,
                                                        (side - module * across) / 2 + module * quietZone);
        for (int row = 0; row < m_side; ++row) {
            for (int column = 0; column < m_side; ++column) {
                if (isDark(row, column))
                    painter.fillRect(corner.x() + column * module, corner.y() + row * module, module, module,
                                     Qt::black);
            }
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(Theme::of(palette()).accent, 2));
        painter.drawRect(square.adjusted(1, 1, -1, -1));
    }
}

void QrCode::copy()
{
    if (m_text.isEmpty())
        return;
    QApplication::clipboard()->setText(m_text);
    QToolTip::showText(mapToGlobal(QPoint(0, height())), tr("copied"), this, {}, 1500);
}

void QrCode::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->pos()))
        copy();
}

void QrCode::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->matches(QKeySequence::Copy))
        copy();
    else
        QWidget::keyPressEvent(event);
}

} // namespace tower
