// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Notices.h"
#include "ui/zaps/EngagementView.h"

#include <QAction>

namespace tower {

QStringList EngagementView::chosen() const
{
    QStringList out;
    for (const QString &id : m_messages->selectedKeys()) {
        const EngagementMessage *message = m_model->find(id);
        if (message && message->state == EngagementState::Proposed)
            out.append(id);
    }
    return out;
}

void EngagementView::showActions()
{
    const bool any = !chosen().isEmpty();
    m_send->setEnabled(any);
    m_skip->setEnabled(any);
}

/// Among the rows, or else in the panel: the rows may be filtered.
const EngagementMessage *EngagementView::known(const QString &id) const
{
    if (const EngagementMessage *row = m_model->find(id))
        return row;
    const MessageDetail *shown = detail();
    return shown && shown->id() == id ? &shown->message() : nullptr;
}

void EngagementView::drafted(const QString &id, const QString &text)
{
    const EngagementMessage *message = known(id);
    if (text.isEmpty())
        m_drafts.remove(id);
    else if (const auto draft = m_drafts.find(id); draft != m_drafts.end())
        draft->text = text;
    else if (message)
        m_drafts.insert(id, {message->text, text});
}

std::vector<EngagementView::Letter> EngagementView::lettersOf(const QStringList &ids) const
{
    std::vector<Letter> out;
    for (const QString &id : ids) {
        const EngagementMessage *message = known(id);
        if (!message)
            continue;
        const Draft seen = m_drafts.value(id, {message->text, message->text});
        out.push_back({id, seen.was, seen.text});
    }
    return out;
}

void EngagementView::askToSend(const QStringList &ids)
{
    const std::vector<Letter> letters = lettersOf(ids);
    if (letters.empty())
        return;
    const int count = static_cast<int>(letters.size());
    const Deed send = [actor = m_context.actor](Services &s, const Letter &letter) {
        QString text = letter.text;
        if (text != letter.was)
            text = s.engagement.edit(letter.id, letter.was, text, actor).text;
        return s.engagement.send(letter.id, text, actor);
    };
    m_confirm->ask(tr("Send %n message(s)? What was sent can't be called back.", nullptr, count),
                   tr("Send %n message(s)", nullptr, count), [this, letters, send] {
                       act(letters, send, [](int sent) { return tr("Sent %n message(s)", nullptr, sent); });
                   });
}

void EngagementView::askToSkip(const QStringList &ids)
{
    const std::vector<Letter> letters = lettersOf(ids);
    if (letters.empty())
        return;
    const int count = static_cast<int>(letters.size());
    const Deed skip = [actor = m_context.actor](Services &s, const Letter &letter) {
        return s.engagement.skip(letter.id, actor);
    };
    m_confirm->ask(
        tr("Skip %n message(s)? Nothing is written to these members in this interval.", nullptr, count),
        tr("Skip %n message(s)", nullptr, count), [this, letters, skip] {
            act(letters, skip, [](int skipped) { return tr("Skipped %n message(s)", nullptr, skipped); });
        });
}

void EngagementView::save(const QString &id)
{
    const Deed edit = [actor = m_context.actor](Services &s, const Letter &letter) {
        return s.engagement.edit(letter.id, letter.was, letter.text, actor);
    };
    act(lettersOf({id}), edit, [](int kept) { return tr("Kept the words of %n message(s)", nullptr, kept); });
}

void EngagementView::act(const std::vector<Letter> &letters, Deed deed, std::function<QString(int)> done)
{
    emit started();
    m_context.core.run(
        this,
        [letters, deed = std::move(deed)](Services &s) {
            Outcome out;
            for (const Letter &letter : letters) {
                try {
                    out.done.push_back(deed(s, letter));
                } catch (const ServiceError &error) {
                    if (error.kind() == ErrorKind::Internal)
                        throw;
                    out.problem = error.message();
                    if (const auto message = s.engagement.find(letter.id))
                        out.others.push_back(*message);
                }
            }
            return out;
        },
        [this, done = std::move(done)](const Outcome &outcome) {
            emit ended();
            for (const EngagementMessage &message : outcome.done) {
                m_drafts.remove(message.id);
                if (m_model->find(message.id))
                    m_model->upsert(message);
            }
            // Whoever insists after having been told goes on from the text as it is now.
            for (const EngagementMessage &message : outcome.others) {
                if (m_model->find(message.id))
                    m_model->upsert(message);
                if (const auto draft = m_drafts.find(message.id); draft != m_drafts.end())
                    draft->was = message.text;
            }
            if (!outcome.done.empty())
                m_context.undo.tell(done(static_cast<int>(outcome.done.size())));
            if (!outcome.problem.isEmpty())
                emit said(Tone::Bad, outcome.problem);
        },
        [this](const ServiceError &error) {
            emit ended();
            emit said(Tone::Bad, error.message());
        });
}

} // namespace tower
