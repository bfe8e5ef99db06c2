// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/WhyPanel.h"

#include "core/nostr/Nip19.h"
#include "ui/relay-access/PolicySteps.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"

#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

namespace {

PolicyExplanation explanationOf(Services &services, const QString &subject)
{
    if (!subject.startsWith(QLatin1Char('{')))
        return services.relayPolicy.explain(parsePubKey(subject));
    const EventParse parsed = parseEvent(QByteArrayView(subject.toUtf8()));
    if (!parsed.event)
        throw badRequest(parsed.field, QString::fromUtf8(parsed.problem));
    return services.relayPolicy.explain(*parsed.event);
}

} // namespace

WhyPanel::WhyPanel(Core &core, QWidget *parent)
    : QWidget(parent)
    , m_core(core)
    , m_subject(new QPlainTextEdit(this))
    , m_go(new QPushButton(icon(QStringLiteral("why")), tr("Why?"), this))
    , m_message(new InlineMessage(this))
    , m_steps(new QVBoxLayout)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->addWidget(captionLabel(tr("A key, or the JSON of an event"), this));
    m_subject->setFont(fonts::fixed());
    m_subject->setPlaceholderText(tr("npub1…, hex, or {\"id\": …}"));
    m_subject->setAccessibleName(tr("Key or event to ask about"));
    m_subject->setTabChangesFocus(true);
    m_subject->setFixedHeight(84);
    layout->addWidget(m_subject);
    auto *row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_go);
    layout->addLayout(row);
    layout->addWidget(m_message);
    layout->addLayout(m_steps);
    layout->addStretch();
    connect(m_go, &QPushButton::clicked, this, &WhyPanel::explain);
}

void WhyPanel::ask(const QString &subject)
{
    m_subject->setPlainText(subject);
    explain();
}

void WhyPanel::explain()
{
    const QString subject = m_subject->toPlainText().trimmed();
    if (subject.isEmpty())
        return;
    m_message->hide();
    m_core.run(
        this, [subject](Services &s) { return explanationOf(s, subject); },
        [this](const PolicyExplanation &explanation) { show(explanation); },
        [this](const ServiceError &error) { m_message->say(Tone::Bad, error.message()); });
}

void WhyPanel::show(const PolicyExplanation &explanation)
{
    m_answer = explanation;
    while (QLayoutItem *item = m_steps->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    m_steps->addWidget(new PolicySteps(explanation, this));
    emit answered();
}

} // namespace tower
