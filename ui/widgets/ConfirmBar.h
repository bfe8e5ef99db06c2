// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;

namespace tower {

/// Asks before what can't be undone: the count is in the question, the verb on the button, Cancel has the
/// focus.
class ConfirmBar : public QFrame
{
    Q_OBJECT

public:
    explicit ConfirmBar(QWidget *parent = nullptr);

    void ask(const QString &question, const QString &verb, std::function<void()> then);
    [[nodiscard]] QString question() const;

public slots:
    void confirm();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QLabel *m_question;
    QPushButton *m_cancel;
    QPushButton *m_go;
    std::function<void()> m_then;
};

} // namespace tower
