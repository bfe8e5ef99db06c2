// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Identities.h"
#include "core/relay/RelayAccounts.h"

#include <QWidget>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace tower {

class InlineMessage;
class Pill;

/// One identity's facts, and what can be changed about it: the note, the score, relay access. What is being
/// typed survives changes from elsewhere.
class IdentityForm : public QWidget
{
    Q_OBJECT

public:
    explicit IdentityForm(QWidget *parent = nullptr);

    void show(const Identity &identity, const std::optional<RelayAccount> &account, const TrustRules &rules);
    void say(const QString &problem);
    /// The service has taken it: the fields start anew.
    void noteKept();
    void scoreKept();

signals:
    void noteGiven(const QString &text);
    void scoreGiven(std::int64_t score, const QString &reason);
    void asksGrant();
    void asksRevoke();

private:
    QWidget *buildFacts();
    void buildNote();
    void buildScore();
    void buildAccess();
    void describeScore();

    Identity m_identity;
    TrustRules m_rules;
    bool m_scoreTouched = false;
    QFormLayout *m_facts;
    Pill *m_tier;
    Pill *m_access;
    QPlainTextEdit *m_note;
    QPushButton *m_saveNote;
    QSpinBox *m_score;
    QLabel *m_scoreSays;
    QLineEdit *m_reason;
    QPushButton *m_setScore;
    QPushButton *m_revoke;
    InlineMessage *m_message;
};

} // namespace tower
