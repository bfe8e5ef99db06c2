// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/RefundForm.h"

#include "ui/widgets/Facts.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"

#include <QLineEdit>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace tower {

namespace {

constexpr int typingPauseMs = 300;

} // namespace

RefundForm::RefundForm(Core &core, RefundOwner kind, const QString &ownerId, const QString &actor,
                       QWidget *parent)
    : QWidget(parent)
    , m_core(core)
    , m_kind(kind)
    , m_ownerId(ownerId)
    , m_actor(actor)
    , m_facts(new Facts(tr("Owed back"), this))
    , m_form(new QWidget(this))
    , m_invoice(new QLineEdit(m_form))
    , m_preview(new QLabel(m_form))
    , m_message(new InlineMessage(this))
    , m_pay(new QPushButton(m_form))
    , m_pause(new QTimer(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::inside);
    layout->addWidget(m_facts);
    auto *form = new QVBoxLayout(m_form);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(measure::inside);
    form->addWidget(captionLabel(tr("The customer's invoice, of exactly this amount"), m_form));
    m_invoice->setPlaceholderText(QStringLiteral("lnbc…"));
    m_invoice->setAccessibleName(tr("BOLT 11 invoice to pay back to"));
    m_invoice->setFont(fonts::fixed());
    form->addWidget(m_invoice);
    m_preview->setWordWrap(true);
    m_preview->setTextFormat(Qt::PlainText);
    form->addWidget(m_preview);
    form->addWidget(m_pay, 0, Qt::AlignRight);
    layout->addWidget(m_form);
    layout->addWidget(m_message);
    m_pay->setEnabled(false);
    m_preview->hide();
    m_pause->setSingleShot(true);
    m_pause->setInterval(typingPauseMs);
    connect(m_invoice, &QLineEdit::textChanged, this, [this] {
        ++m_question;
        m_pay->setEnabled(false);
        m_preview->hide();
        m_message->hide();
        m_pause->start();
    });
    connect(m_pause, &QTimer::timeout, this, &RefundForm::check);
    connect(m_pay, &QPushButton::clicked, this, &RefundForm::pay);
    hide();
}

QString RefundForm::preview() const
{
    return m_preview->text();
}

void RefundForm::show(const std::vector<Refund> &refunds)
{
    std::vector<Refund> pending;
    m_facts->clear();
    for (const Refund &refund : refunds) {
        m_facts->add(words::amount(refund.amount), new Pill(lookOf(refund.state), this));
        if (refund.state == RefundState::Pending)
            pending.push_back(refund);
    }
    std::sort(pending.begin(), pending.end(),
              [](const Refund &a, const Refund &b) { return a.createdAt < b.createdAt; });
    std::vector<Sats> due;
    for (const Refund &refund : pending)
        due.push_back(refund.amount);
    m_form->setVisible(!due.empty());
    setVisible(!refunds.empty());
    if (due == m_due)
        return;
    m_due = std::move(due);
    if (!m_due.empty())
        m_pay->setText(tr("Pay back %1").arg(words::amount(m_due.front())));
    check();
}

void RefundForm::check()
{
    const QString text = m_invoice->text().trimmed();
    m_pay->setEnabled(false);
    if (text.isEmpty() || m_due.empty())
        return;
    m_core.run(
        this,
        [text, due = m_due](Services &s) {
            // Of several refunds the invoice picks one by its amount.
            Sats wanted = due.front();
            const std::optional<Msat> offered = decodeBolt11(text).amount;
            for (const Sats each : due) {
                if (offered == toMsat(each))
                    wanted = each;
            }
            return std::pair(s.outgoing.checkInvoice(text, wanted), wanted);
        },
        [this, question = m_question](const std::pair<Bolt11, Sats> &answer) {
            if (question == m_question)
                checked(answer.first, answer.second);
        },
        [this, question = m_question](const ServiceError &error) {
            if (question == m_question)
                m_message->say(Tone::Bad, error.message());
        });
}

void RefundForm::checked(const Bolt11 &invoice, Sats due)
{
    QString says = tr("Pays %1 to the node %2, and at most %3 for the way. The invoice holds until %4.")
                       .arg(words::amount(due), words::shortened(QString::fromLatin1(invoice.payee.toHex())),
                            words::amount(Outgoing::maximumFee(due)), words::absolute(invoice.expiresAt()));
    if (!invoice.description.isEmpty())
        says += tr(" It says: %1").arg(invoice.description.simplified().left(200));
    m_preview->setText(says);
    m_preview->show();
    m_pay->setText(tr("Pay back %1").arg(words::amount(due)));
    m_pay->setEnabled(!m_paying);
}

void RefundForm::pay()
{
    if (!m_pay->isEnabled())
        return;
    m_paying = true;
    m_pay->setEnabled(false);
    m_message->say(Tone::Info, tr("Paying…"));
    m_core.runLater(
        this,
        [kind = m_kind, id = m_ownerId, text = m_invoice->text().trimmed(), actor = m_actor](Services &s) {
            return s.control.payRefund(kind, id, text, actor);
        },
        [this](const Refund &refund) { paid(refund); },
        [this](const ServiceError &error) {
            m_paying = false;
            m_message->say(Tone::Bad, error.message());
            m_pay->setEnabled(!m_due.empty());
        });
}

void RefundForm::paid(const Refund &refund)
{
    m_paying = false;
    if (refund.state == RefundState::Paid) {
        m_invoice->clear();
        m_message->say(Tone::Good, tr("Paid back %1.").arg(words::amount(refund.amount)));
    } else if (refund.state == RefundState::Paying) {
        m_invoice->clear();
        m_message->say(Tone::Info, tr("%1 are on their way. How it ends is looked up by itself; the Books "
                                      "page shows it.")
                                       .arg(words::amount(refund.amount)));
    } else {
        m_message->say(Tone::Warn, tr("The payment did not go through; the sats are still owed. Ask the "
                                      "customer for a fresh invoice."));
    }
}

} // namespace tower
