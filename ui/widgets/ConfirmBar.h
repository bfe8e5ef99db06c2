// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <functional>

class QBoxLayout;
class QLabel;
class QLineEdit;
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
    /// For what must not happen to the wrong thing: goes on only when `word` has been typed. The question
    /// tells the word.
    void askTyped(const QString &question, const QString &verb, const QString &word,
                  std::function<void()> then);
    [[nodiscard]] QString question() const;
    /// Hidden unless something is to be typed.
    [[nodiscard]] QLineEdit *field() const { return m_field; }
    [[nodiscard]] QPushButton *button() const { return m_go; }

public slots:
    void confirm();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void open(const QString &question, const QString &verb, const QString &word, std::function<void()> then);
    [[nodiscard]] bool isTyped() const;

    QBoxLayout *m_layout;
    QLabel *m_question;
    QLineEdit *m_field;
    QPushButton *m_cancel;
    QPushButton *m_go;
    QString m_word; ///< to be typed; "" for none
    std::function<void()> m_then;
};

} // namespace tower
