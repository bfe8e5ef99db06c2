// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapRemedy.h"

#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"
#include "ui/zaps/ZapLooks.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

std::pair<Tone, QString> sentenceOf(const Zap &zap)
{
    const QString amount = words::amount(zap.amount);
    const QString to = recipientInWords(zap);
    switch (zap.state) {
    case ZapState::Paid:
        return {Tone::Good, ZapRemedy::tr("Sent %1 to %2.").arg(amount, to)};
    case ZapState::Failed:
        return {Tone::Bad, ZapRemedy::tr("Nothing was sent to %1. %2").arg(to, zap.reason)};
    case ZapState::Skipped:
        return {Tone::Warn, ZapRemedy::tr("Nothing was sent to %1. %2").arg(to, zap.reason)};
    case ZapState::Unknown:
        return {Tone::Warn, ZapRemedy::tr("Nobody knows yet whether the %1 have arrived. The wallet is asked "
                                          "again by itself; don't send them a second time.")
                                .arg(amount)};
    default:
        return {Tone::Info,
                ZapRemedy::tr("%1 are on their way to %2. The zap log shows how it ends.").arg(amount, to)};
    }
}

ZapRemedy::ZapRemedy(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_preview(new QLabel(this))
    , m_reason(new QLineEdit(this))
    , m_message(new InlineMessage(this))
    , m_retry(new QPushButton(this))
    , m_ask(new QPushButton(tr("Ask the wallet"), this))
    , m_paid(new QPushButton(tr("Mark as paid…"), this))
    , m_failed(new QPushButton(tr("Mark as failed…"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::grid);
    m_preview->setWordWrap(true);
    m_preview->setTextFormat(Qt::PlainText);
    layout->addWidget(m_preview);
    layout->addWidget(m_ask, 0, Qt::AlignRight);
    layout->addWidget(m_reason);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    for (QPushButton *button : {m_retry, m_paid, m_failed})
        buttons->addWidget(button);
    layout->addLayout(buttons);
    layout->addWidget(m_message);
    connect(m_reason, &QLineEdit::textChanged, this, &ZapRemedy::showActions);
    connect(m_retry, &QPushButton::clicked, this, &ZapRemedy::retry);
    connect(m_ask, &QPushButton::clicked, this, &ZapRemedy::askWallet);
    connect(m_paid, &QPushButton::clicked, this, [this] { askToSettle(true); });
    connect(m_failed, &QPushButton::clicked, this, [this] { askToSettle(false); });
}

QString ZapRemedy::preview() const
{
    return m_preview->text();
}

void ZapRemedy::show(const Zap &zap)
{
    m_zap = zap;
    if (zap.state == ZapState::Failed) {
        m_preview->setText(tr("Sends %1 to %2 once more, and at most %3 for the way. Money has no undo.")
                               .arg(words::amount(zap.amount), recipientInWords(zap),
                                    words::amount(Outgoing::maximumFee(zap.amount))));
        m_retry->setText(tr("Send %1 again").arg(words::amount(zap.amount)));
        m_reason->setPlaceholderText(tr("Why once more; kept in the activity log"));
    } else {
        m_preview->setText(
            tr("Nobody knows whether this was paid. Ask the wallet first; settle it by hand only when you "
               "know it from elsewhere."));
        m_reason->setPlaceholderText(tr("How you know how it ended; kept in the activity log"));
    }
    m_reason->setAccessibleName(m_reason->placeholderText());
    showActions();
}

void ZapRemedy::showActions()
{
    const bool failed = m_zap.state == ZapState::Failed;
    const bool unknown = m_zap.state == ZapState::Unknown;
    const bool explained = !m_reason->text().trimmed().isEmpty();
    for (QWidget *each : QWidgetList{m_preview, m_reason})
        each->setVisible(failed || unknown);
    m_retry->setVisible(failed);
    m_retry->setEnabled(!m_busy);
    m_ask->setVisible(unknown);
    m_ask->setEnabled(!m_busy);
    for (QPushButton *button : {m_paid, m_failed}) {
        button->setVisible(unknown);
        button->setEnabled(explained && !m_busy);
    }
    setVisible(failed || unknown || !m_message->isHidden());
}

void ZapRemedy::begin(const QString &doing)
{
    m_busy = true;
    m_message->say(Tone::Info, doing);
    showActions();
}

void ZapRemedy::retry()
{
    if (m_busy || m_zap.state != ZapState::Failed)
        return;
    begin(tr("Sending…"));
    m_context.core.runTask(
        this,
        [id = m_zap.id, reason = m_reason->text().trimmed(), actor = m_context.actor](Services &s) {
            return s.zapsByHand.retry(id, reason, actor);
        },
        [this](const Zap &zap) { tell(zap); }, [this](const ServiceError &error) { refused(error); });
}

void ZapRemedy::askWallet()
{
    if (m_busy || m_zap.state != ZapState::Unknown)
        return;
    begin(tr("Asking the wallet…"));
    m_context.core.runTask(
        this, [payment = m_zap.outgoingId](Services &s) { return s.outgoing.resolve(payment); },
        [this](const OutgoingPayment &) {
            m_context.core.run(
                this, [id = m_zap.id](Services &s) { return s.zaps.find(id); },
                [this](const std::optional<Zap> &zap) { tell(zap.value_or(m_zap)); },
                [this](const ServiceError &error) { refused(error); });
        },
        [this](const ServiceError &error) { refused(error); });
}

void ZapRemedy::askToSettle(bool paid)
{
    const QString reason = m_reason->text().trimmed();
    if (m_busy || m_zap.state != ZapState::Unknown || reason.isEmpty())
        return;
    const QString amount = words::amount(m_zap.amount);
    const QString question =
        paid ? tr("Mark 1 zap of %1 as paid? The books then say that the sats have left the wallet.")
                   .arg(amount)
             : tr("Mark 1 zap of %1 as failed? It could then be sent again, and be paid twice if the wallet "
                  "did pay.")
                   .arg(amount);
    emit confirmAsked(question, paid ? tr("Mark as paid") : tr("Mark as failed"),
                      [guard = QPointer<ZapRemedy>(this), paid, reason] {
                          if (guard)
                              guard->settle(paid, reason);
                      });
}

void ZapRemedy::settle(bool paid, const QString &reason)
{
    begin(tr("Writing it down…"));
    m_context.core.run(
        this,
        [id = m_zap.id, paid, reason, actor = m_context.actor](Services &s) {
            return s.zapsByHand.resolve(id, paid, reason, actor);
        },
        [this](const Zap &zap) { tell(zap); }, [this](const ServiceError &error) { refused(error); });
}

void ZapRemedy::tell(const Zap &zap)
{
    m_busy = false;
    m_reason->clear();
    const auto [tone, sentence] = sentenceOf(zap);
    m_message->say(tone, sentence);
    show(zap);
}

void ZapRemedy::refused(const ServiceError &error)
{
    m_busy = false;
    m_message->say(Tone::Bad, error.message());
    showActions();
}

} // namespace tower
