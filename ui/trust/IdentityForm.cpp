// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trust/IdentityForm.h"

#include "core/trust/Trust.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace tower {

IdentityForm::IdentityForm(QWidget *parent)
    : QWidget(parent)
    , m_facts(new QFormLayout)
    , m_tier(new Pill({}, this))
    , m_access(new Pill({}, this))
    , m_note(new QPlainTextEdit(this))
    , m_saveNote(new QPushButton(tr("Save the note"), this))
    , m_score(new QSpinBox(this))
    , m_scoreSays(captionLabel({}, this))
    , m_reason(new QLineEdit(this))
    , m_setScore(new QPushButton(tr("Set the score"), this))
    , m_revoke(new QPushButton(tr("Revoke…"), this))
    , m_message(new InlineMessage(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, measure::grid, measure::grid, 0);
    layout->setSpacing(measure::inside);
    auto *pills = new QHBoxLayout;
    pills->addWidget(m_tier);
    pills->addWidget(m_access);
    pills->addStretch();
    layout->addLayout(pills);
    m_facts->setVerticalSpacing(measure::inside);
    layout->addLayout(m_facts);
    layout->addWidget(m_message);
    buildAccess();
    buildScore();
    buildNote();
    layout->addStretch();
}

void IdentityForm::buildAccess()
{
    auto *row = new QHBoxLayout;
    auto *grant = new QPushButton(tr("Grant…"), this);
    row->addWidget(grant);
    row->addWidget(m_revoke);
    row->addStretch();
    auto *box = qobject_cast<QVBoxLayout *>(layout());
    box->addSpacing(measure::grid);
    box->addWidget(captionLabel(tr("Relay access"), this));
    box->addLayout(row);
    connect(grant, &QPushButton::clicked, this, &IdentityForm::asksGrant);
    connect(m_revoke, &QPushButton::clicked, this, &IdentityForm::asksRevoke);
}

void IdentityForm::buildScore()
{
    m_score->setRange(0, static_cast<int>(Trust::maximumScore));
    m_score->setAccessibleName(tr("New score"));
    m_score->setButtonSymbols(QAbstractSpinBox::NoButtons); // the arrow keys step
    m_score->setFixedWidth(84);
    m_reason->setPlaceholderText(tr("Reason, kept in the history"));
    m_reason->setAccessibleName(tr("Reason for the new score"));
    auto *row = new QHBoxLayout;
    row->addWidget(m_score);
    row->addWidget(m_reason, 1);
    auto *below = new QHBoxLayout;
    below->addWidget(m_scoreSays, 1);
    below->addWidget(m_setScore);
    auto *box = qobject_cast<QVBoxLayout *>(layout());
    box->addSpacing(measure::grid);
    box->addWidget(captionLabel(tr("Adjust the score"), this));
    box->addLayout(row);
    box->addLayout(below);
    connect(m_score, &QSpinBox::valueChanged, this, [this] {
        m_scoreTouched = m_score->value() != m_identity.score;
        describeScore();
    });
    connect(m_reason, &QLineEdit::textChanged, this, &IdentityForm::describeScore);
    connect(m_reason, &QLineEdit::returnPressed, m_setScore, &QPushButton::click);
    connect(m_setScore, &QPushButton::clicked, this,
            [this] { emit scoreGiven(m_score->value(), m_reason->text().trimmed()); });
}

void IdentityForm::buildNote()
{
    m_note->setTabChangesFocus(true);
    m_note->setFixedHeight(76);
    m_note->setPlaceholderText(tr("What is worth knowing about them"));
    m_note->setAccessibleName(tr("Note on this identity"));
    m_saveNote->setEnabled(false);
    auto *box = qobject_cast<QVBoxLayout *>(layout());
    box->addSpacing(measure::grid);
    box->addWidget(captionLabel(tr("Note, seen by operators only"), this));
    box->addWidget(m_note);
    box->addWidget(m_saveNote, 0, Qt::AlignRight);
    connect(m_note, &QPlainTextEdit::textChanged, this,
            [this] { m_saveNote->setEnabled(m_note->toPlainText() != m_identity.note); });
    connect(m_saveNote, &QPushButton::clicked, this, [this] { emit noteGiven(m_note->toPlainText()); });
}

void IdentityForm::show(const Identity &identity, const std::optional<RelayAccount> &account,
                        const TrustRules &rules)
{
    const bool noteTouched = m_note->toPlainText() != m_identity.note;
    m_identity = identity;
    m_rules = rules;
    m_tier->setLook(lookOf(identity.tier));
    m_access->setLook(account ? lookOf(account->level) : lookOf(AccessLevel::None));
    m_revoke->setEnabled(account && account->level != AccessLevel::None);
    while (m_facts->rowCount() > 0)
        m_facts->removeRow(0);
    const auto row = [this](const QString &caption, const QString &text) {
        if (text.isEmpty())
            return;
        auto *value = new QLabel(text, this);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_facts->addRow(captionLabel(caption, this), value);
    };
    m_facts->addRow(captionLabel(tr("Key"), this), new NpubLabel(identity.pubkey, this));
    const std::int64_t due = identity.storedScore - identity.score;
    row(tr("Score"),
        due == 0 ? words::grouped(identity.score)
                 : tr("%1 (%2 of decay due)").arg(words::grouped(identity.score), words::grouped(due)));
    row(tr("Decay"), identity.decayExempt ? tr("exempt: Timmy itself") : QString());
    row(tr("Jobs"), words::grouped(identity.interactionCount));
    row(tr("Absorbed today"), words::amount(identity.satsAbsorbedToday));
    row(tr("Lightning"), identity.lightningAddress);
    row(tr("Last seen"), words::absolute(identity.lastSeen));
    row(tr("Member since"), words::absolute(identity.createdAt));
    if (!noteTouched)
        m_note->setPlainText(identity.note);
    if (!m_scoreTouched) {
        m_score->setValue(static_cast<int>(identity.score));
        m_scoreTouched = false;
    }
    describeScore();
}

void IdentityForm::describeScore()
{
    const Tier after = tierOf(m_score->value(), m_rules);
    m_scoreSays->setText(after == m_identity.tier ? tr("stays %1").arg(lookOf(after).word)
                                                  : tr("becomes %1").arg(lookOf(after).word));
    m_setScore->setEnabled(m_scoreTouched && !m_reason->text().trimmed().isEmpty());
}

void IdentityForm::say(const QString &problem)
{
    m_message->say(Tone::Bad, problem);
}

void IdentityForm::noteKept()
{
    m_message->hide();
    m_identity.note = m_note->toPlainText();
    m_saveNote->setEnabled(false);
}

void IdentityForm::scoreKept()
{
    m_message->hide();
    m_scoreTouched = false;
    m_reason->clear();
}

} // namespace tower
