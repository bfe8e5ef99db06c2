// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/api/AddressCard.h"

#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Pill.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace tower {

AddressCard::AddressCard(QWidget *parent)
    : Card(tr("Address"), parent)
    , m_state(new Pill({}, this))
    , m_tls(new Pill({}, this))
    , m_url(new QLabel(this))
    , m_toggle(new QPushButton(this))
    , m_host(new QLineEdit(this))
    , m_port(new QSpinBox(this))
    , m_apply(new QPushButton(tr("Change address"), this))
    , m_rotate(new QPushButton(icon(QStringLiteral("key")), tr("Rotate admin token"), this))
    , m_message(new InlineMessage(this))
    , m_token(new InlineMessage(this))
{
    m_url->setFont(fonts::fixed());
    m_url->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_host->setAccessibleName(tr("Host"));
    m_host->setMaximumWidth(180);
    m_port->setAccessibleName(tr("Port"));
    m_port->setRange(0, 65'535);
    m_port->setGroupSeparatorShown(false);
    m_port->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_port->setFixedWidth(76);
    m_apply->setEnabled(false);

    auto *first = new QHBoxLayout;
    first->addWidget(m_state);
    first->addWidget(m_tls);
    first->addWidget(m_url);
    first->addStretch();
    first->addWidget(m_toggle);
    body()->addLayout(first);
    auto *second = new QHBoxLayout;
    second->addWidget(captionLabel(tr("Listens on"), this));
    second->addWidget(m_host);
    second->addWidget(m_port);
    second->addWidget(m_apply);
    second->addStretch();
    second->addWidget(m_rotate);
    body()->addLayout(second);
    body()->addWidget(m_message);
    body()->addWidget(m_token);

    const auto edited = [this] {
        m_editing = true;
        m_apply->setEnabled(true);
    };
    connect(m_host, &QLineEdit::textEdited, this, edited);
    connect(m_port, &QSpinBox::valueChanged, this, edited);
    connect(m_apply, &QPushButton::clicked, this,
            [this] { emit changeAddress(m_host->text().trimmed(), m_port->value()); });
    connect(m_toggle, &QPushButton::clicked, this, [this] {
        m_toggle->setEnabled(false);
        m_listening ? emit stop() : emit start();
    });
    connect(m_rotate, &QPushButton::clicked, this, &AddressCard::rotateToken);
}

void AddressCard::show(const ApiState &state)
{
    m_listening = state.listening;
    m_state->setLook(state.listening           ? PillLook{tr("serving"), PillShape::Dot, Tone::Good}
                     : state.problem.isEmpty() ? PillLook{tr("stopped"), PillShape::Ring, Tone::Neutral}
                                               : PillLook{tr("not serving"), PillShape::Triangle, Tone::Bad});
    m_tls->setLook(state.tls ? PillLook{tr("TLS"), PillShape::Square, Tone::Good}
                             : PillLook{tr("no TLS"), PillShape::Ring, Tone::Neutral});
    m_url->setText(state.url);
    m_toggle->setEnabled(true);
    m_toggle->setText(state.listening ? tr("Stop serving") : tr("Start serving"));
    m_toggle->setIcon(icon(state.listening ? QStringLiteral("stop") : QStringLiteral("play")));
    m_rotate->setEnabled(!state.tokenFixed);
    m_rotate->setToolTip(state.tokenFixed ? tr("ADMIN_TOKEN is fixed by the environment: change it there")
                                          : QString());
    if (!m_editing) {
        const QSignalBlocker quiet(m_port);
        m_host->setText(state.host);
        m_port->setValue(state.port);
    }
    if (!state.problem.isEmpty())
        say(state.problem);
}

void AddressCard::showToken(const QString &token)
{
    m_token->say(Tone::Good, tr("The new admin token, shown this once: %1").arg(token), tr("Copy"),
                 [token] { QApplication::clipboard()->setText(token); });
}

void AddressCard::say(const QString &problem)
{
    m_toggle->setEnabled(true);
    m_message->say(Tone::Bad, problem);
}

void AddressCard::editDone()
{
    m_editing = false;
    m_apply->setEnabled(false);
    m_message->hide();
}

} // namespace tower
