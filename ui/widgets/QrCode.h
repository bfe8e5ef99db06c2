// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

namespace tower {

/// A QR code, always dark on white with its quiet zone, so that any camera reads it in either scheme. Whoever
/// can't scan it copies it: a click, or the keyboard, puts the text on the clipboard. GUI thread.
class QrCode : public QWidget
{
    Q_OBJECT

public:
    explicit QrCode(QWidget *parent = nullptr);

    /// `text` is what is copied and named to those who don't see it; `name` says what it is ("Invoice").
    void setInvoice(const QString &bolt11, const QString &name);
    void setText(const QString &text, const QString &name);

    /// Modules on a side, without the quiet zone; 0 when there is nothing, or too much, to encode.
    [[nodiscard]] int modules() const { return m_side; }
    [[nodiscard]] bool isDark(int row, int column) const;
    /// What the code says when it is scanned.
    [[nodiscard]] QString payload() const { return m_payload; }

    [[nodiscard]] QSize sizeHint() const override { return {220, 220}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 160}; }

public slots:
    void copy();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void encode(const QString &payload, const QString &text, const QString &name);

    QString m_payload;
    QString m_text;
    int m_side = 0;
    std::vector<bool> m_dark; ///< row by row
};

} // namespace tower
