// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/WhyPanel.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
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

QWidget *stepWidget(const PolicyStep &step, QWidget *parent)
{
    auto *widget = new QWidget(parent);
    auto *layout = new QHBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *mark = new QLabel(widget);
    const auto picture = step.decides ? icon(QStringLiteral("why"), Tone::Accent)
                                      : icon(QStringLiteral("check"), Tone::Neutral);
    mark->setPixmap(picture.pixmap(QSize(16, 16), widget->devicePixelRatioF()));
    mark->setToolTip(step.decides ? WhyPanel::tr("This check decides") : QString());
    layout->addWidget(mark, 0, Qt::AlignTop);
    auto *words = new QVBoxLayout;
    words->setSpacing(0);
    auto *check = new QLabel(WhyPanel::tr("%1: %2").arg(step.check, step.outcome), widget);
    check->setFont(step.decides ? fonts::strong() : fonts::body());
    check->setTextFormat(Qt::PlainText);
    check->setWordWrap(true);
    words->addWidget(check);
    if (!step.detail.isEmpty()) {
        auto *detail = captionLabel(step.detail, widget);
        detail->setWordWrap(true);
        words->addWidget(detail);
    }
    layout->addLayout(words, 1);
    widget->setAccessibleName(step.check + QLatin1String(": ") + step.outcome);
    return widget;
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
    auto *verdict = new QWidget(this);
    auto *pills = new QHBoxLayout(verdict);
    pills->setContentsMargins(0, measure::grid, 0, measure::grid);
    pills->addWidget(
        new Pill(lookOfPolicyAction(QString::fromLatin1(toText(explanation.decision.action))), verdict));
    pills->addWidget(new Pill(lookOf(explanation.tier), verdict));
    pills->addWidget(new Pill(lookOf(explanation.access), verdict));
    pills->addStretch();
    m_steps->addWidget(verdict);
    if (!explanation.decision.message.isEmpty()) {
        auto *told = new QLabel(
            tr("The author is told: %1").arg(QString::fromUtf8(explanation.decision.message)), this);
        told->setTextFormat(Qt::PlainText);
        told->setWordWrap(true);
        m_steps->addWidget(told);
    }
    for (const PolicyStep &step : explanation.steps)
        m_steps->addWidget(stepWidget(step, this));
    emit answered();
}

} // namespace tower
