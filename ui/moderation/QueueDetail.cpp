// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moderation/QueueDetail.h"

#include "core/nostr/Event.h"
#include "ui/relay-access/PolicySteps.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Words.h"

#include <QDateTime>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int earlierShown = 6;

QString tagLines(const QByteArray &rawEvent)
{
    const EventParse parsed = parseEvent(QByteArrayView(rawEvent));
    QStringList lines;
    if (parsed.event) {
        for (const auto &tag : parsed.event->tags) {
            QStringList parts;
            for (const QByteArray &part : tag)
                parts.append(QString::fromUtf8(part));
            lines.append(parts.join(QStringLiteral("  ")));
        }
    }
    return lines.join(QLatin1Char('\n'));
}

QPlainTextEdit *readOnlyText(const QString &text, const QString &name, int height, QWidget *parent)
{
    auto *view = new QPlainTextEdit(text, parent);
    view->setReadOnly(true);
    view->setTabChangesFocus(true);
    view->setAccessibleName(name);
    view->setFixedHeight(height);
    return view;
}

QLabel *plainLabel(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QWidget *pillRow(const std::vector<PillLook> &looks, QWidget *parent)
{
    auto *row = new QWidget(parent);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    for (const PillLook &look : looks) {
        if (!look.word.isEmpty())
            layout->addWidget(new Pill(look, row));
    }
    layout->addStretch();
    return row;
}

QLabel *sectionLabel(const QString &text, QWidget *parent)
{
    auto *label = captionLabel(text, parent);
    label->setContentsMargins(0, measure::grid, 0, 0);
    return label;
}

QString publishing(const QueuedEvent &event)
{
    const QString state = lookOf(event.publishState).word;
    QString out = event.publishTries > 0
                      ? QueueDetail::tr("%1 after %n failed attempt(s); it is tried again by itself", nullptr,
                                        event.publishTries)
                            .arg(state)
                      : state;
    if (event.publishState == PublishState::Published)
        out = state;
    return event.publishAnswer.isEmpty() ? out : out + QLatin1String(": ") + event.publishAnswer;
}

} // namespace

QueueStory storyOf(Services &services, const QueuedEvent &event)
{
    QueueStory out;
    out.author = services.identities.find(event.pubkey);
    out.account = services.relayAccounts.find(event.pubkey);
    QueueFilter theirs;
    theirs.author = event.pubkey;
    Page<QueuedEvent> page = services.moderationQueue.list(theirs, {earlierShown + 1, {}});
    out.inAll = page.total;
    std::erase_if(page.items, [&event](const QueuedEvent &other) { return other.eventId == event.eventId; });
    if (page.items.size() > earlierShown)
        page.items.resize(earlierShown);
    out.earlier = std::move(page.items);
    const EventParse parsed = parseEvent(QByteArrayView(event.rawEvent));
    out.why = parsed.event ? services.relayPolicy.explain(*parsed.event)
                           : services.relayPolicy.explain(event.pubkey);
    return out;
}

QueueDetail::QueueDetail(Core &core, const QueuedEvent &event, QWidget *parent)
    : QWidget(parent)
    , m_event(event)
    , m_facts(new QFormLayout)
    , m_layout(new QVBoxLayout(this))
    , m_around(new QVBoxLayout)
{
    m_layout->setContentsMargins(0, 0, measure::grid, 0);
    m_layout->setSpacing(measure::inside);
    addText();
    addFacts();
    m_layout->addLayout(m_around);
    m_layout->addStretch();
    core.run(
        this, [event](Services &s) { return storyOf(s, event); },
        [this](const QueueStory &story) { show(story); });
}

void QueueDetail::addText()
{
    m_layout->addWidget(captionLabel(tr("%1, as plain text").arg(wordOfKind(m_event.kind)), this));
    m_layout->addWidget(readOnlyText(QString::fromUtf8(m_event.content), tr("Text of the event"), 132, this));
    if (const QString tags = tagLines(m_event.rawEvent); !tags.isEmpty()) {
        m_layout->addWidget(sectionLabel(tr("Tags"), this));
        const int lines = static_cast<int>(std::min<qsizetype>(tags.count(QLatin1Char('\n')) + 1, 4));
        auto *view = readOnlyText(tags, tr("Tags of the event"), 16 + 18 * lines, this);
        view->setFont(fonts::fixed());
        m_layout->addWidget(view);
    }
}

void QueueDetail::addFacts()
{
    m_facts->setContentsMargins(0, measure::grid, 0, 0);
    m_facts->setVerticalSpacing(measure::inside);
    const auto row = [this](const QString &caption, QWidget *value) {
        m_facts->addRow(captionLabel(caption, this), value);
    };
    row(tr("Author"), new NpubLabel(m_event.pubkey, this));
    row(tr("State"), pillRow({lookOf(m_event.status), lookOf(m_event.tier)}, this));
    row(tr("Queued"), plainLabel(words::absolute(m_event.createdAt), this));
    if (!m_event.aiVerdict.isEmpty()) {
        row(tr("Verdict"), pillRow({lookOfVerdict(m_event.aiVerdict)}, this));
        if (!m_event.aiReason.isEmpty())
            row({}, plainLabel(m_event.aiReason, this));
    }
    if (m_event.decidedAt)
        row(tr("Decided"),
            plainLabel(tr("%1 by %2").arg(words::absolute(*m_event.decidedAt), m_event.reviewedBy), this));
    if (!m_event.reviewReason.isEmpty() && m_event.reviewReason != m_event.aiReason)
        row(tr("Reason"), plainLabel(m_event.reviewReason, this));
    if (m_event.publishState != PublishState::None)
        row(tr("Publishing"), plainLabel(publishing(m_event), this));
    if (m_event.authorRevokedAt)
        row({}, plainLabel(tr("The author was revoked %1.").arg(words::absolute(*m_event.authorRevokedAt)),
                           this));
    m_layout->addLayout(m_facts);
}

void QueueDetail::show(const QueueStory &story)
{
    m_story = story;
    std::vector<PillLook> pills;
    if (story.account)
        pills.push_back(lookOf(story.account->level));
    if (!pills.empty())
        m_facts->addRow(captionLabel(tr("Access"), this), pillRow(pills, this));
    if (story.author)
        m_facts->addRow(
            captionLabel(tr("Score"), this),
            plainLabel(tr("%1, %n job(s)", nullptr, static_cast<int>(story.author->interactionCount))
                           .arg(words::grouped(story.author->score)),
                       this));
    if (story.author && !story.author->note.isEmpty())
        m_facts->addRow(captionLabel(tr("Note"), this), plainLabel(story.author->note, this));
    addHistory(story);
    m_around->addWidget(sectionLabel(tr("What the policy says now"), this));
    m_around->addWidget(new PolicySteps(story.why, this));
}

void QueueDetail::addHistory(const QueueStory &story)
{
    m_around->addWidget(sectionLabel(tr("Earlier from this author"), this));
    if (story.earlier.empty())
        m_around->addWidget(plainLabel(tr("Nothing: this is their first in the queue."), this));
    const Millis now(QDateTime::currentMSecsSinceEpoch());
    for (const QueuedEvent &other : story.earlier) {
        auto *line = new QWidget(this);
        auto *row = new QHBoxLayout(line);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(new Pill(progressOf(other), line));
        const QString text = QString::fromUtf8(other.content).simplified();
        auto *label = new QLabel(line->fontMetrics().elidedText(text, Qt::ElideRight, 180), line);
        label->setTextFormat(Qt::PlainText);
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        row->addWidget(label, 1);
        row->addWidget(captionLabel(words::relative(other.createdAt, now), line));
        line->setAccessibleName(progressOf(other).word + QLatin1String(": ") + text);
        m_around->addWidget(line);
    }
    if (story.inAll > static_cast<std::int64_t>(story.earlier.size()) + 1) {
        auto *all = new QPushButton(tr("All %1 from this author").arg(words::grouped(story.inAll)), this);
        connect(all, &QPushButton::clicked, this, [this] { emit asksAuthor(m_event.pubkey); });
        m_around->addWidget(all, 0, Qt::AlignLeft);
    }
}

} // namespace tower
