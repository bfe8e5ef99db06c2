// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moderation/QueueDetail.h"

#include "core/nostr/Event.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Words.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace tower {

namespace {

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

QPlainTextEdit *readOnlyText(const QString &text, const QString &name, QWidget *parent)
{
    auto *view = new QPlainTextEdit(text, parent);
    view->setReadOnly(true);
    view->setTabChangesFocus(true);
    view->setAccessibleName(name);
    return view;
}

} // namespace

QueueDetail::QueueDetail(const QueuedEvent &event, QWidget *parent)
    : QWidget(parent)
    , m_event(event)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    auto *form = new QFormLayout;
    form->setVerticalSpacing(measure::grid);
    form->addRow(captionLabel(tr("Author"), this), new NpubLabel(event.pubkey, this));
    auto *pills = new QWidget(this);
    auto *inRow = new QHBoxLayout(pills);
    inRow->setContentsMargins(0, 0, 0, 0);
    inRow->addWidget(new Pill(lookOf(event.status), pills));
    inRow->addWidget(new Pill(lookOf(event.tier), pills));
    inRow->addStretch();
    form->addRow(captionLabel(tr("State and tier"), this), pills);
    form->addRow(captionLabel(tr("Kind"), this), new QLabel(wordOfKind(event.kind), this));
    form->addRow(captionLabel(tr("Queued"), this), new QLabel(words::absolute(event.createdAt), this));
    if (event.decidedAt) {
        auto *decision =
            new QLabel(tr("%1 by %2").arg(words::absolute(*event.decidedAt), event.reviewedBy), this);
        decision->setTextFormat(Qt::PlainText);
        decision->setWordWrap(true);
        form->addRow(captionLabel(tr("Decided"), this), decision);
    }
    if (!event.reviewReason.isEmpty()) {
        auto *reason = new QLabel(event.reviewReason, this);
        reason->setTextFormat(Qt::PlainText);
        reason->setWordWrap(true);
        form->addRow(captionLabel(tr("Verdict"), this), reason);
    }
    layout->addLayout(form);
    layout->addWidget(captionLabel(tr("Text, as plain text"), this));
    layout->addWidget(readOnlyText(QString::fromUtf8(event.content), tr("Text of the event"), this), 3);
    if (const QString tags = tagLines(event.rawEvent); !tags.isEmpty()) {
        layout->addWidget(captionLabel(tr("Tags"), this));
        auto *view = readOnlyText(tags, tr("Tags of the event"), this);
        view->setFont(fonts::fixed());
        layout->addWidget(view, 1);
    }
}

} // namespace tower
