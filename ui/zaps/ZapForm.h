// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

class QLineEdit;
class QPushButton;
class QSpinBox;

namespace tower {

class Card;
class Facts;
class InlineMessage;

/// Sends sats to an npub, a lightning address or a BOLT 11 invoice: first a preview of what will leave, then
/// an explicit button. Whatever is typed after the preview asks for another one.
class ZapForm : public QWidget
{
    Q_OBJECT

public:
    explicit ZapForm(const PageContext &context, QWidget *parent = nullptr);

    [[nodiscard]] QLineEdit *recipient() const { return m_recipient; }
    [[nodiscard]] QSpinBox *amount() const { return m_amount; }
    [[nodiscard]] QLineEdit *comment() const { return m_comment; }
    [[nodiscard]] QPushButton *previewButton() const { return m_look; }
    [[nodiscard]] QPushButton *sendButton() const { return m_send; }
    [[nodiscard]] Facts *preview() const { return m_facts; }
    [[nodiscard]] InlineMessage *message() const { return m_message; }

public slots:
    void look();
    void send();

signals:
    void started();
    void ended();
    void asksLog(const QString &zapId);

private:
    void buildForm(Card *card);
    void changed();
    void show(const ZapsByHand::Preview &preview);
    void sent(const Zap &zap);

    PageContext m_context;
    /// What was previewed, and nothing else, is sent.
    std::optional<ZapsByHand::Order> m_previewed;
    int m_question = 0;
    bool m_sending = false;
    QLineEdit *m_recipient;
    QSpinBox *m_amount;
    QLineEdit *m_comment;
    QPushButton *m_look;
    Facts *m_facts;
    InlineMessage *m_problem;
    InlineMessage *m_message;
    QPushButton *m_send;
};

} // namespace tower
