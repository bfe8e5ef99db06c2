// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapForm.h"

#include "ui/widgets/Card.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"
#include "ui/zaps/ZapRemedy.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int mostSats = 2'000'000'000;
constexpr int usualSats = 21;

/// An invoice has its own amount.
bool looksLikeInvoice(const QString &text)
{
    const QString lower = text.trimmed().toLower();
    return !lower.contains(QLatin1Char('@')) &&
           (lower.startsWith(QLatin1String("lightning:")) || lower.startsWith(QLatin1String("lnbc")) ||
            lower.startsWith(QLatin1String("lntb")));
}

} // namespace

ZapForm::ZapForm(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_recipient(new QLineEdit(this))
    , m_amount(new QSpinBox(this))
    , m_comment(new QLineEdit(this))
    , m_look(new QPushButton(tr("Preview"), this))
    , m_facts(new Facts({}, this))
    , m_problem(new InlineMessage(this))
    , m_message(new InlineMessage(this))
    , m_send(new QPushButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::between);
    auto *form = new Card(tr("What to send"), this);
    buildForm(form);
    auto *preview = new Card(tr("Preview"), this);
    auto *hint = captionLabel(tr("Nothing is sent before you have seen here what will leave, and have "
                                 "pressed the button below it."),
                              this);
    hint->setWordWrap(true);
    preview->body()->addWidget(hint);
    preview->body()->addWidget(m_facts);
    m_problem->setClosable(false);
    preview->body()->addWidget(m_problem);
    preview->body()->addWidget(m_send, 0, Qt::AlignRight);
    preview->body()->addWidget(m_message);
    preview->body()->addStretch();
    layout->addWidget(form, 1);
    layout->addWidget(preview, 1);
    connect(m_recipient, &QLineEdit::textChanged, this, &ZapForm::changed);
    connect(m_amount, &QSpinBox::valueChanged, this, &ZapForm::changed);
    connect(m_comment, &QLineEdit::textChanged, this, &ZapForm::changed);
    connect(m_recipient, &QLineEdit::returnPressed, this, &ZapForm::look);
    connect(m_comment, &QLineEdit::returnPressed, this, &ZapForm::look);
    connect(m_look, &QPushButton::clicked, this, &ZapForm::look);
    connect(m_send, &QPushButton::clicked, this, &ZapForm::send);
    changed();
}

void ZapForm::buildForm(Card *card)
{
    const auto field = [this, card](const QString &caption, QWidget *widget) {
        auto *label = captionLabel(caption, this);
        label->setBuddy(widget);
        widget->setAccessibleName(caption);
        card->body()->addWidget(label);
        card->body()->addWidget(widget);
        card->body()->addSpacing(measure::inside);
    };
    m_recipient->setPlaceholderText(tr("npub1…, name@domain or lnbc…"));
    m_recipient->setFont(fonts::fixed());
    field(tr("Recipient: npub, lightning address or invoice"), m_recipient);
    m_amount->setRange(1, mostSats);
    m_amount->setValue(usualSats);
    m_amount->setSuffix(tr(" sats"));
    m_amount->setGroupSeparatorShown(true);
    m_amount->setButtonSymbols(QAbstractSpinBox::NoButtons); // the arrow keys step
    field(tr("How much"), m_amount);
    m_comment->setMaxLength(ZapsByHand::longestComment);
    m_comment->setPlaceholderText(tr("Optional; the recipient, and with a zap everybody, can read it"));
    field(tr("Comment"), m_comment);
    card->body()->addWidget(m_look, 0, Qt::AlignRight);
    card->body()->addStretch();
}

/// The preview is of something else now.
void ZapForm::changed()
{
    ++m_question;
    m_previewed.reset();
    const bool invoice = looksLikeInvoice(m_recipient->text());
    m_amount->setEnabled(!invoice);
    m_amount->setToolTip(invoice ? tr("The invoice has its own amount.") : QString());
    m_comment->setEnabled(!invoice);
    m_look->setEnabled(!m_recipient->text().trimmed().isEmpty());
    m_facts->clear();
    m_problem->hide();
    m_send->setText(tr("Send"));
    m_send->setEnabled(false);
}

void ZapForm::look()
{
    if (!m_look->isEnabled())
        return;
    changed();
    m_message->hide();
    ZapsByHand::Order order;
    order.recipient = m_recipient->text().trimmed();
    if (!looksLikeInvoice(order.recipient)) {
        order.amount = Sats(m_amount->value());
        order.comment = m_comment->text();
    }
    m_problem->say(Tone::Info, tr("Looking…"));
    emit started();
    m_context.core.runTask(
        this, [order](Services &s) { return s.zapsByHand.preview(order); },
        [this, order, question = m_question](const ZapsByHand::Preview &preview) {
            emit ended();
            if (question != m_question)
                return; // something else was typed meanwhile
            m_previewed = order;
            m_previewed->seenAddress = preview.lightningAddress;
            show(preview);
        },
        [this, question = m_question](const ServiceError &error) {
            emit ended();
            if (question == m_question)
                m_problem->say(Tone::Bad, error.message());
        });
}

void ZapForm::show(const ZapsByHand::Preview &preview)
{
    m_facts->clear();
    if (preview.recipient)
        m_facts->addKey(tr("To"), preview.recipient);
    m_facts->add(tr("Address"), preview.lightningAddress);
    m_facts->addId(tr("Invoice"), preview.invoice);
    m_facts->add(tr("Amount"), words::amount(preview.amount));
    m_facts->add(tr("For the way"), tr("at most %1 more").arg(words::amount(preview.maximumFee)));
    m_facts->add(tr("Comment"), preview.comment);
    if (preview.recipient)
        m_facts->add(tr("As"), !preview.isZap   ? tr("unknown: the recipient's service does not say")
                               : *preview.isZap ? tr("a zap, with a request that Timmy signs")
                                                : tr("a plain payment: the service takes no zaps"));
    else
        m_facts->add(tr("As"), tr("a plain payment"));
    if (preview.simulated)
        m_facts->add(tr("Wallet"), tr("simulated: no sats leave"));
    m_problem->setVisible(!preview.problem.isEmpty());
    if (!preview.problem.isEmpty())
        m_problem->say(Tone::Warn, preview.problem);
    m_send->setText(tr("Send %1").arg(words::amount(preview.amount)));
    m_send->setEnabled(preview.problem.isEmpty() && !m_sending);
}

void ZapForm::send()
{
    if (!m_previewed || !m_send->isEnabled())
        return;
    m_sending = true;
    m_send->setEnabled(false);
    m_look->setEnabled(false);
    m_message->say(Tone::Info, tr("Sending…"));
    emit started();
    m_context.core.runTask(
        this,
        [order = *m_previewed, actor = m_context.actor](Services &s) {
            return s.zapsByHand.send(order, actor);
        },
        [this](const Zap &zap) {
            emit ended();
            sent(zap);
        },
        [this](const ServiceError &error) {
            emit ended();
            m_sending = false;
            m_message->say(Tone::Bad, error.message());
            changed(); // to be looked at again before it is sent again
        });
}

void ZapForm::sent(const Zap &zap)
{
    m_sending = false;
    if (zap.state != ZapState::Failed && zap.state != ZapState::Skipped) {
        m_recipient->clear();
        m_comment->clear();
    }
    changed();
    const auto [tone, sentence] = sentenceOf(zap);
    m_message->say(tone, sentence, tr("Show"), [this, id = zap.id] { emit asksLog(id); });
}

} // namespace tower
