// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/Theme.h"

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;
class QTimer;
class QToolButton;

namespace tower {

/// A sentence where it belongs, with at most one thing to do about it. Hidden until it has something to say.
class InlineMessage : public QFrame
{
    Q_OBJECT

public:
    explicit InlineMessage(QWidget *parent = nullptr);

    /// `tone` is Info, Good, Warn or Bad.
    void say(Tone tone, const QString &text, const QString &action = {}, std::function<void()> onAction = {});
    /// A message about a state that lasts can't be waved away.
    void setClosable(bool closable);
    [[nodiscard]] QString text() const;
    [[nodiscard]] Tone tone() const { return m_tone; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Tone m_tone = Tone::Info;
    QLabel *m_icon;
    QLabel *m_text;
    QPushButton *m_action;
    QToolButton *m_close;
    std::function<void()> m_onAction;
};

/// "Granted write access to npub1… Undo": at the bottom of the window for ten seconds.
class UndoBar : public QFrame
{
    Q_OBJECT

public:
    explicit UndoBar(QWidget *parent = nullptr);

    void offer(const QString &done, std::function<void()> undo);
    /// The same with nothing to undo.
    void tell(const QString &done) { offer(done, {}); }
    void setSpan(int ms);
    [[nodiscard]] QString text() const;

public slots:
    void undo();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QLabel *m_text;
    QPushButton *m_button;
    QTimer *m_span;
    std::function<void()> m_undo;
};

/// What will appear here, and the next step.
class EmptyState : public QWidget
{
    Q_OBJECT

public:
    EmptyState(const QString &iconName, const QString &sentence, QWidget *parent = nullptr);

    void setSentence(const QString &sentence);
    [[nodiscard]] QString sentence() const;
    void setAction(const QString &text, std::function<void()> action);

private:
    QLabel *m_sentence;
    QPushButton *m_action;
};

/// A line of two pixels that moves while something is under way.
class Busy : public QWidget
{
    Q_OBJECT

public:
    explicit Busy(QWidget *parent = nullptr);

    void setBusy(bool busy);
    [[nodiscard]] bool isBusy() const;
    [[nodiscard]] QSize sizeHint() const override { return {100, 2}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QTimer *m_timer;
    int m_step = 0;
};

} // namespace tower
