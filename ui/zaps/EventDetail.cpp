// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/EventDetail.h"

#include "ui/widgets/Facts.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Theme.h"
#include "ui/widgets/Words.h"
#include "ui/zaps/ZapLooks.h"

#include <QJsonDocument>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int rawHeight = 200;

} // namespace

QString readableEvent(const QByteArray &raw)
{
    const QJsonDocument document = QJsonDocument::fromJson(raw);
    return QString::fromUtf8(document.isNull() ? raw : document.toJson(QJsonDocument::Indented)).trimmed();
}

EventDetail::EventDetail(const LoggedEvent &event, QWidget *parent)
    : QWidget(parent)
    , m_id(event.eventId)
    , m_state(new Pill({}, this))
    , m_facts(new Facts({}, this))
    , m_send(new QPushButton(icon(QStringLiteral("relay")), tr("Send to the relay…"), this))
    , m_raw(new QPlainTextEdit(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(12);
    layout->addWidget(m_state, 0, Qt::AlignLeft);
    layout->addWidget(m_facts);
    layout->addWidget(m_send, 0, Qt::AlignRight);
    auto *caption = new QLabel(tr("The event"), this);
    caption->setFont(fonts::cardTitle());
    layout->addWidget(caption);
    m_raw->setReadOnly(true);
    m_raw->setTabChangesFocus(true);
    m_raw->setFont(fonts::fixed());
    m_raw->setWordWrapMode(QTextOption::WrapAnywhere);
    m_raw->setMinimumHeight(rawHeight);
    m_raw->setAccessibleName(caption->text());
    layout->addWidget(m_raw, 1);
    connect(m_send, &QPushButton::clicked, this, &EventDetail::sendAsked);
    show(event);
}

void EventDetail::show(const LoggedEvent &event)
{
    m_state->setLook(lookOf(event));
    m_facts->clear();
    m_facts->add(tr("Kind"), wordOfKind(event.kind));
    m_facts->add(tr("For"), wordOfPurpose(event.purpose));
    if (event.recipient)
        m_facts->addKey(tr("Recipient"), event.recipient);
    if (event.amount)
        m_facts->add(tr("Amount"), words::amount(*event.amount));
    m_facts->add(tr("Signed"), words::absolute(event.createdAt));
    if (event.tries > 0)
        m_facts->add(tr("Tries"), words::grouped(event.tries));
    m_facts->add(tr("The relay says"), event.relayAnswer);
    m_facts->addId(tr("Event"), event.eventId.text());
    m_send->setVisible(EventLog::canBeSent(event));
    const QString raw = readableEvent(event.rawEvent);
    if (m_raw->toPlainText() != raw)
        m_raw->setPlainText(raw);
}

QString EventDetail::raw() const
{
    return m_raw->toPlainText();
}

} // namespace tower
