// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/AccessForm.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace tower {

namespace {

enum Until { Forever, Day, Week, Month, Chosen };

} // namespace

AccessForm::AccessForm(RelayAccounts::BulkAction action, const QStringList &keys, QWidget *parent)
    : QWidget(parent)
    , m_action(action)
    , m_keys(new QPlainTextEdit(this))
    , m_reason(new QLineEdit(this))
    , m_message(new InlineMessage(this))
    , m_go(new QPushButton(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(measure::inside);
    const auto field = [this, layout](const QString &caption, QWidget *widget) {
        auto *label = captionLabel(caption, this);
        label->setBuddy(widget);
        widget->setAccessibleName(caption);
        layout->addWidget(label);
        layout->addWidget(widget);
        layout->addSpacing(measure::inside);
    };
    m_keys->setFont(fonts::fixed());
    m_keys->setPlaceholderText(tr("npub1… or 64 hex digits, one a line"));
    m_keys->setTabChangesFocus(true);
    m_keys->setFixedHeight(96);
    field(tr("Accounts"), m_keys);
    if (action == RelayAccounts::BulkAction::Grant) {
        m_level = new QComboBox(this);
        m_level->addItem(tr("Write: may publish"), QVariant::fromValue(static_cast<int>(AccessLevel::Write)));
        m_level->addItem(tr("Read: may read only"), QVariant::fromValue(static_cast<int>(AccessLevel::Read)));
        field(tr("Access"), m_level);
        m_until = new QComboBox(this);
        m_until->addItems(
            {tr("Until revoked"), tr("For one day"), tr("For one week"), tr("For 30 days"), tr("Until…")});
        field(tr("How long"), m_until);
        m_date = new QDateTimeEdit(QDateTime::currentDateTime().addDays(1), this);
        m_date->setCalendarPopup(true);
        m_date->setMinimumDateTime(QDateTime::currentDateTime());
        m_date->setAccessibleName(tr("Until"));
        m_date->hide();
        layout->addWidget(m_date);
        connect(m_until, &QComboBox::currentIndexChanged, this,
                [this](int index) { m_date->setVisible(index == Chosen); });
    }
    m_reason->setPlaceholderText(tr("Kept with the account and in the activity log"));
    field(tr("Reason"), m_reason);
    layout->addWidget(m_message);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_go);
    layout->addLayout(buttons);
    layout->addStretch();

    connect(m_keys, &QPlainTextEdit::textChanged, this, &AccessForm::describe);
    if (m_level)
        connect(m_level, &QComboBox::currentIndexChanged, this, &AccessForm::describe);
    connect(m_go, &QPushButton::clicked, this, &AccessForm::submit);
    connect(m_reason, &QLineEdit::returnPressed, this, &AccessForm::submit);
    connect(m_cancel, &QPushButton::clicked, this, &AccessForm::cancelled);
    setKeys(keys);
    if (keys.isEmpty())
        m_keys->setFocus();
    else if (keys.size() > 1)
        m_cancel->setFocus();
    else
        m_reason->setFocus();
}

void AccessForm::setKeys(const QStringList &keys)
{
    m_keys->setPlainText(keys.join(QLatin1Char('\n')));
    describe();
}

QStringList AccessForm::keys() const
{
    static const QRegularExpression between(QStringLiteral("[\\s,;]+"));
    QStringList found = m_keys->toPlainText().split(between, Qt::SkipEmptyParts);
    found.removeDuplicates();
    return found;
}

void AccessForm::describe()
{
    const int count = static_cast<int>(keys().size());
    QString text;
    if (m_action == RelayAccounts::BulkAction::Revoke)
        text = tr("Revoke access of %n account(s)", nullptr, count);
    else if (m_level && m_level->currentIndex() == 1)
        text = tr("Grant read access to %n account(s)", nullptr, count);
    else
        text = tr("Grant write access to %n account(s)", nullptr, count);
    m_go->setText(text);
    m_go->setEnabled(count > 0);
}

AccessRequest AccessForm::request() const
{
    AccessRequest request;
    request.action = m_action;
    request.keys = keys();
    request.reason = m_reason->text().trimmed();
    if (m_level)
        request.level = static_cast<AccessLevel>(m_level->currentData().toInt());
    if (m_until && m_until->currentIndex() != Forever) {
        const QDateTime now = QDateTime::currentDateTime();
        QDateTime until = m_date->dateTime();
        if (m_until->currentIndex() == Day)
            until = now.addDays(1);
        else if (m_until->currentIndex() == Week)
            until = now.addDays(7);
        else if (m_until->currentIndex() == Month)
            until = now.addDays(30);
        request.expiresAt = Millis(until.toMSecsSinceEpoch());
    }
    return request;
}

void AccessForm::say(const QString &problem)
{
    m_go->setEnabled(true);
    m_message->say(Tone::Bad, problem);
}

void AccessForm::submit()
{
    if (!m_go->isEnabled())
        return;
    m_go->setEnabled(false);
    emit submitted(request());
}

} // namespace tower
