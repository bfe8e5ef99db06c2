// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/MessageDetail.h"

#include "core/agent/Agent.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Theme.h"
#include "ui/widgets/Words.h"
#include "ui/zaps/ZapLooks.h"

#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int textHeight = 180;

} // namespace

MessageDetail::MessageDetail(const MessageStory &story, const QString &draft, QWidget *parent)
    : QWidget(parent)
    , m_message(story.message)
    , m_state(new Pill({}, this))
    , m_facts(new Facts({}, this))
    , m_text(new QPlainTextEdit(this))
    , m_count(captionLabel({}, this))
    , m_save(new QPushButton(tr("Keep the words"), this))
    , m_skip(new QPushButton(tr("Skip…"), this))
    , m_send(new QPushButton(tr("Send…"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(measure::grid);
    layout->addWidget(m_state, 0, Qt::AlignLeft);
    layout->addWidget(m_facts);
    m_text->setAccessibleName(tr("The message"));
    m_text->setTabChangesFocus(true);
    m_text->setFixedHeight(textHeight);
    layout->addWidget(m_text);
    layout->addWidget(m_count);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_save);
    buttons->addStretch();
    buttons->addWidget(m_skip);
    buttons->addWidget(m_send);
    layout->addLayout(buttons);
    layout->addStretch();
    m_text->setPlainText(draft.isEmpty() ? m_message.text : draft);
    connect(m_text, &QPlainTextEdit::textChanged, this, &MessageDetail::typed);
    connect(m_save, &QPushButton::clicked, this, &MessageDetail::saveAsked);
    connect(m_skip, &QPushButton::clicked, this, &MessageDetail::skipAsked);
    connect(m_send, &QPushButton::clicked, this, &MessageDetail::sendAsked);
    show(story);
}

QString MessageDetail::text() const
{
    return m_text->toPlainText();
}

void MessageDetail::show(const MessageStory &story)
{
    const bool untouched = text() == m_message.text;
    m_message = story.message;
    const bool open = m_message.state == EngagementState::Proposed;
    const bool kept = text().trimmed() == m_message.text;
    if ((untouched || kept || !open) && text() != m_message.text)
        m_text->setPlainText(m_message.text);
    m_state->setLook(lookOf(m_message.state));
    m_text->setReadOnly(!open);
    for (QWidget *each : QWidgetList{m_count, m_save, m_skip, m_send})
        each->setVisible(open);
    showFacts(story);
    typed();
}

void MessageDetail::showFacts(const MessageStory &story)
{
    m_facts->clear();
    m_facts->addKey(tr("To"), m_message.pubkey);
    if (story.recipient) {
        m_facts->add(tr("Tier"), new Pill(lookOf(story.recipient->tier), this));
        m_facts->add(tr("Last seen"), words::absolute(story.recipient->lastSeen));
    }
    m_facts->add(tr("Written"), words::absolute(m_message.createdAt));
    if (m_message.decidedAt)
        m_facts->add(tr("Decided"), words::absolute(*m_message.decidedAt));
    if (m_message.eventId)
        m_facts->addId(tr("Event"), m_message.eventId->text());
}

void MessageDetail::typed()
{
    const qsizetype length = text().trimmed().size();
    const bool fits = length > 0 && length <= ChatReply::maximumLength;
    const bool differs = text() != m_message.text;
    m_count->setText(tr("%1 of %2 characters").arg(length).arg(ChatReply::maximumLength));
    m_save->setEnabled(differs && fits);
    m_send->setEnabled(fits);
    emit drafted(differs ? text() : QString());
}

} // namespace tower
