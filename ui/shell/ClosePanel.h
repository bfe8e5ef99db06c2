// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QCheckBox;

namespace tower {

/// What to do when the window is closed while the API serves: asked once, inside the window.
class ClosePanel : public QFrame
{
    Q_OBJECT

public:
    explicit ClosePanel(QWidget *parent);

    void ask();
    [[nodiscard]] bool remember() const;

signals:
    void keepServing();
    void quit();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QCheckBox *m_remember;
    QWidget *m_cancel;
};

} // namespace tower
