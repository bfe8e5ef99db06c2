// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapDetail.h"

#include "ui/widgets/Facts.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/widgets/Words.h"
#include "ui/zaps/EventDetail.h"
#include "ui/zaps/ZapLooks.h"
#include "ui/zaps/ZapRemedy.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

namespace {

enum StageOf { Begun, Invoiced, Paid };

} // namespace

std::optional<ZapStory> zapStoryOf(Services &services, const QString &id)
{
    const std::optional<Zap> zap = services.zaps.find(id);
    if (!zap)
        return std::nullopt;
    ZapStory out;
    out.zap = *zap;
    if (zap->requestEventId)
        out.request = services.eventLog.find(*zap->requestEventId);
    if (!zap->outgoingId.isEmpty())
        out.payment = services.outgoing.find(zap->outgoingId);
    return out;
}

std::vector<Stage> stagesOf(const ZapStory &story)
{
    const Zap &zap = story.zap;
    std::vector<Stage> out{{ZapDetail::tr("Begun"), Stage::State::Done, zap.createdAt},
                           {ZapDetail::tr("Invoice")},
                           {ZapDetail::tr("Paid")}};
    if (story.payment) {
        out[Invoiced].state = Stage::State::Done;
        out[Invoiced].at = story.payment->createdAt;
    }
    Stage &last = out[story.payment ? Paid : Invoiced];
    switch (zap.state) {
    case ZapState::Paid:
        last.state = Stage::State::Done;
        break;
    case ZapState::Failed:
    case ZapState::Skipped:
        last.state = Stage::State::Failed;
        break;
    default:
        last.state = Stage::State::Now;
    }
    last.at = zap.settledAt;
    return out;
}

ZapDetail::ZapDetail(const PageContext &context, const ZapStory &story, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_id(story.zap.id)
    , m_state(new Pill({}, this))
    , m_simulated(new Pill({tr("simulated"), PillShape::Ring, Tone::Neutral}, this))
    , m_timeLine(new TimeLine(this))
    , m_facts(new Facts({}, this))
    , m_remedy(new ZapRemedy(context, this))
    , m_payment(new Facts(tr("Payment"), this))
    , m_proof(new Facts(tr("Receipt"), this))
    , m_request(new QuotedText(tr("Zap request, as it was signed"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(12);
    auto *pills = new QHBoxLayout;
    pills->addWidget(m_state);
    pills->addWidget(m_simulated);
    pills->addStretch();
    layout->addLayout(pills);
    for (QWidget *part : QWidgetList{m_timeLine, m_facts, m_remedy, m_payment, m_proof, m_request})
        layout->addWidget(part);
    layout->addStretch();
    show(story);
}

void ZapDetail::show(const ZapStory &story)
{
    const Zap &zap = story.zap;
    m_state->setLook(lookOf(zap.state));
    m_simulated->setVisible(zap.simulated);
    m_timeLine->setStages(stagesOf(story));
    showFacts(zap);
    m_remedy->show(zap);
    showPayment(story);
    m_proof->clear();
    if (zap.receiptEventId) {
        m_proof->addId(tr("Event"), zap.receiptEventId->text());
        m_proof->add(tr("It says"), tr("The recipient's service has seen the payment."));
    } else if (zap.receiptKey && zap.state == ZapState::Paid) {
        m_proof->add(tr("Event"), tr("none was seen on the relay yet"));
    }
    if (zap.receiptKey)
        m_proof->addKey(tr("Signed by"), zap.receiptKey);
    m_request->show(story.request ? readableEvent(story.request->rawEvent) : QString());
}

void ZapDetail::showFacts(const Zap &zap)
{
    m_facts->clear();
    m_facts->add(tr("Amount"), words::amount(zap.amount));
    if (zap.recipient)
        m_facts->addKey(tr("To"), zap.recipient);
    m_facts->add(tr("Address"), zap.lightningAddress);
    m_facts->add(tr("Comment"), zap.comment);
    m_facts->add(tr("What is known"), zap.reason);
    if (!zap.jobId.isEmpty())
        addWay(m_facts, tr("Earned by"), tr("Show the job"), QStringLiteral("work"),
               QStringLiteral("job:") + zap.jobId);
    m_facts->add(tr("Begun"), words::absolute(zap.createdAt));
    if (zap.settledAt)
        m_facts->add(tr("Ended"), words::absolute(*zap.settledAt));
    m_facts->addId(tr("Zap"), zap.id);
}

void ZapDetail::showPayment(const ZapStory &story)
{
    m_payment->clear();
    m_payment->addId(tr("Invoice"), story.zap.paymentRequest);
    if (!story.payment)
        return;
    const OutgoingPayment &payment = *story.payment;
    m_payment->add(tr("State"), new Pill(lookOf(payment.state), this));
    m_payment->add(tr("Invoice holds until"), words::absolute(payment.expiresAt));
    m_payment->addId(tr("Payment hash"), payment.paymentHash.text());
    m_payment->add(tr("For the way"), payment.state == OutgoingState::Paid
                                          ? tr("%1 msat").arg(words::grouped(payment.fee.value()))
                                          : tr("at most %1").arg(words::amount(payment.maximumFee)));
    m_payment->add(tr("The wallet says"), payment.reason);
    addWay(m_payment, tr("In the books"), tr("Show the payment"), QStringLiteral("books"),
           payment.paymentHash.text());
}

void ZapDetail::addWay(Facts *facts, const QString &caption, const QString &text, const QString &page,
                       const QString &key)
{
    auto *button = new QPushButton(text, this);
    connect(button, &QPushButton::clicked, this, [this, page, key] {
        if (m_context.goTo)
            m_context.goTo(page, key);
    });
    facts->add(caption, button);
}

} // namespace tower
