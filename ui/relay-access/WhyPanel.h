// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayPolicy.h"
#include "ui/shell/Core.h"

#include <QWidget>

class QPlainTextEdit;
class QPushButton;
class QVBoxLayout;

namespace tower {

class InlineMessage;
class Pill;

/// "Why?": what the policy would do with a key's note or with a pasted event, check by check.
class WhyPanel : public QWidget
{
    Q_OBJECT

public:
    explicit WhyPanel(Core &core, QWidget *parent = nullptr);

    /// An npub, a hex key, or an event's JSON.
    void ask(const QString &subject);
    [[nodiscard]] const std::optional<PolicyExplanation> &answer() const { return m_answer; }

signals:
    void answered();

private:
    void explain();
    void show(const PolicyExplanation &explanation);

    Core &m_core;
    QPlainTextEdit *m_subject;
    QPushButton *m_go;
    InlineMessage *m_message;
    QVBoxLayout *m_steps;
    std::optional<PolicyExplanation> m_answer;
};

} // namespace tower
