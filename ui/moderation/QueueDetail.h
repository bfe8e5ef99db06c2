// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/ModerationQueue.h"
#include "core/relay/RelayPolicy.h"
#include "ui/shell/Core.h"

#include <QWidget>

class QFormLayout;
class QVBoxLayout;

namespace tower {

/// What is known around a queued event: its author, what they wrote before, and what the policy says now.
struct QueueStory
{
    std::optional<Identity> author;
    std::optional<RelayAccount> account;
    std::vector<QueuedEvent> earlier; ///< the author's others, newest first
    std::int64_t inAll = 0;           ///< the author's in the queue, this one too
    PolicyExplanation why;
};

/// Core thread.
QueueStory storyOf(Services &services, const QueuedEvent &event);

/// One queued event as plain text: what it says, its tags, its author's history, why it is here. Nothing of
/// it is loaded or rendered. The story comes a moment after the event.
class QueueDetail : public QWidget
{
    Q_OBJECT

public:
    QueueDetail(Core &core, const QueuedEvent &event, QWidget *parent = nullptr);

    [[nodiscard]] const QueuedEvent &event() const { return m_event; }
    [[nodiscard]] const std::optional<QueueStory> &story() const { return m_story; }

signals:
    void asksAuthor(const tower::PubKey &author);

private:
    void addFacts();
    void addText();
    void show(const QueueStory &story);
    void addHistory(const QueueStory &story);

    QueuedEvent m_event;
    std::optional<QueueStory> m_story;
    QFormLayout *m_facts;
    QVBoxLayout *m_layout;
    QVBoxLayout *m_around; ///< the story's part
};

} // namespace tower
