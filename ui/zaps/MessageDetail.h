// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Identities.h"
#include "core/outreach/EngagementStore.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace tower {

class Facts;
class Pill;

/// A message and its recipient, read in one turn of the core thread.
struct MessageStory
{
    EngagementMessage message;
    std::optional<Identity> recipient;
};

/// One message to a member: the text, which can be changed while it is only proposed, and what to do with
/// it. GUI thread.
class MessageDetail : public QWidget
{
    Q_OBJECT

public:
    /// `draft`: what the operator has made of it so far.
    MessageDetail(const MessageStory &story, const QString &draft, QWidget *parent = nullptr);

    [[nodiscard]] const QString &id() const { return m_message.id; }
    [[nodiscard]] const EngagementMessage &message() const { return m_message; }
    /// What is typed stays, until it is kept or the message is decided.
    void show(const MessageStory &story);
    [[nodiscard]] QString text() const;
    [[nodiscard]] QPlainTextEdit *editor() const { return m_text; }
    [[nodiscard]] QPushButton *saveButton() const { return m_save; }
    [[nodiscard]] QPushButton *sendButton() const { return m_send; }
    [[nodiscard]] QPushButton *skipButton() const { return m_skip; }

signals:
    /// The text differs from the one proposed ("" when it no longer does).
    void drafted(const QString &text);
    void saveAsked();
    void sendAsked();
    void skipAsked();

private:
    void showFacts(const MessageStory &story);
    void typed();

    EngagementMessage m_message;
    Pill *m_state;
    Facts *m_facts;
    QPlainTextEdit *m_text;
    QLabel *m_count;
    QPushButton *m_save;
    QPushButton *m_skip;
    QPushButton *m_send;
};

} // namespace tower
