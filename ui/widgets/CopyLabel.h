// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace tower {

/// A text that is there to be taken elsewhere (an address, a command): a click copies it whole and says so.
class CopyLabel : public QLabel
{
    Q_OBJECT

public:
    /// `shown` stands for a text that is too long to read.
    explicit CopyLabel(const QString &text, QWidget *parent = nullptr, const QString &shown = {});

    [[nodiscard]] QString whole() const { return m_whole; }

public slots:
    void copy();

protected:
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QString m_whole;
};

} // namespace tower
