// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/ZapsByHand.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"
#include "core/identity/LightningAddress.h"
#include "core/nostr/Nip19.h"

namespace tower {

namespace {

/// All bitcoin that there will be.
constexpr Sats allBitcoin(2'100'000'000'000'000);

ServiceError badRecipient(const QString &message, const char *code = "invalid_recipient")
{
    return badRequest("recipient", message, code);
}

ServiceError stopping()
{
    return unavailable(QStringLiteral("The program is stopping."), "stopping");
}

bool looksLikeInvoice(const QString &text)
{
    const QString lower = text.toLower();
    return lower.startsWith(QLatin1String("lightning:")) || lower.startsWith(QLatin1String("lnbc")) ||
           lower.startsWith(QLatin1String("lntb"));
}

Sats amountOf(const ZapsByHand::Order &order)
{
    if (!order.amount || *order.amount < Sats(1) || *order.amount > allBitcoin)
        throw badRequest("amountSats", QStringLiteral("amountSats must be a number of sats, 1 or more."));
    return *order.amount;
}

QString recipientOf(const Zap &zap)
{
    return zap.recipient ? zap.recipient->text() : QString();
}

} // namespace

ZapsByHand::ZapsByHand(const ZapHouse &house, ZapPayer &payer, Identities &identities, Activity &activity)
    : m_house(house)
    , m_payer(payer)
    , m_identities(identities)
    , m_activity(activity)
{
}

ZapsByHand::Preview ZapsByHand::understood(const Order &order)
{
    const QString text = order.recipient.trimmed();
    Preview out;
    out.simulated = m_house.simulatedWallet != nullptr;
    out.comment = order.comment.trimmed();
    if (out.comment.size() > longestComment)
        throw badRequest("comment",
                         QStringLiteral("A comment has at most %1 characters.").arg(longestComment));
    if (looksLikeInvoice(text)) {
        readInvoice(text, order, out);
    } else {
        out.amount = amountOf(order);
        if (text.contains(u'@')) {
            const std::optional<QString> address =
                readLightningAddress(text.toUtf8(), m_house.settings.flag(Setting::LnurlAllowPrivate));
            if (!address)
                throw badRecipient(QStringLiteral("This is no lightning address."));
            out.lightningAddress = *address;
            out.isZap = false;
        } else {
            out.recipient = parsePubKey(text, "recipient");
            const std::optional<Identity> identity = m_identities.find(*out.recipient);
            if (!identity || identity->lightningAddress.isEmpty())
                throw badRecipient(QStringLiteral("This person has given no lightning address."),
                                   "no_lightning_address");
            out.lightningAddress = identity->lightningAddress;
            if (out.simulated)
                out.isZap = true;
        }
    }
    out.maximumFee = Outgoing::maximumFee(out.amount);
    out.problem = m_house.zaps.ceilingProblem(out.amount);
    return out;
}

void ZapsByHand::readInvoice(const QString &text, const Order &order, Preview &out)
{
    const Bolt11 invoice = decodeBolt11(text, "recipient");
    if (!invoice.amount || invoice.amount->value() % 1'000 != 0)
        throw badRecipient(QStringLiteral("The invoice must be over a number of whole sats."),
                           "invalid_invoice");
    out.amount = Sats(invoice.amount->value() / 1'000);
    if (order.amount && *order.amount != out.amount)
        throw badRequest("amountSats",
                         QStringLiteral("The invoice is over %1 sats.").arg(out.amount.value()));
    try {
        static_cast<void>(m_house.outgoing.checkInvoice(text, out.amount));
    } catch (const ServiceError &error) {
        if (error.kind() != ErrorKind::BadRequest)
            throw;
        throw badRequest("recipient", error.message(), error.code());
    }
    out.invoice = text;
    out.isZap = false;
}

QCoro::Task<ZapsByHand::Preview> ZapsByHand::preview(Order order)
{
    const std::weak_ptr<const bool> alive = m_alive;
    Preview out = understood(order);
    if (out.simulated || out.lightningAddress.isEmpty())
        co_return out;
    QString problem;
    try {
        const QUrl url =
            lnurlOfAddress(out.lightningAddress, m_house.settings.flag(Setting::LnurlAllowPrivate));
        QCoro::Task<LnurlOffer> asking = m_house.lnurl.offer(url);
        const LnurlOffer offer = co_await asking;
        if (out.recipient)
            out.isZap = offer.zapKey.has_value();
        problem = lnurlLimitsProblem(offer, toMsat(out.amount));
    } catch (const ServiceError &error) {
        problem = error.message();
    }
    if (alive.expired())
        throw stopping();
    if (out.problem.isEmpty())
        out.problem = problem;
    co_return out;
}

QCoro::Task<Zap> ZapsByHand::send(Order order, QString actor)
{
    const Preview understood = this->understood(order);
    if (!order.seenAddress.isEmpty() && order.seenAddress != understood.lightningAddress) {
        throw conflict(
            QStringLiteral("The recipient's lightning address has changed meanwhile: it is %1 now.")
                .arg(understood.lightningAddress),
            "address_changed");
    }
    Zap zap;
    zap.recipient = understood.recipient;
    zap.amount = understood.amount;
    zap.lightningAddress = understood.lightningAddress;
    zap.paymentRequest = understood.invoice;
    zap.comment = understood.comment;
    {
        Transaction transaction(m_house.database);
        zap = m_house.zaps.intendByHand(transaction, zap);
        record(transaction, QStringLiteral("zap.send"), {}, actor, zap, toText(zap.state));
        transaction.commit();
    }
    QCoro::Task<Zap> carrying = carriedOut(zap.id);
    zap = co_await carrying;
    co_return zap;
}

QCoro::Task<Zap> ZapsByHand::retry(QString id, QString reason, QString actor)
{
    {
        const Zap zap = known(id);
        Transaction transaction(m_house.database);
        m_house.zaps.beginAgain(transaction, zap);
        record(transaction, QStringLiteral("zap.retry"), reason, actor, zap, toText(ZapState::Intent));
        transaction.commit();
    }
    QCoro::Task<Zap> carrying = carriedOut(id);
    const Zap zap = co_await carrying;
    co_return zap;
}

QCoro::Task<Zap> ZapsByHand::carriedOut(QString id)
{
    const std::weak_ptr<const bool> alive = m_alive;
    QCoro::Task<void> carrying = m_payer.carryOut(id);
    co_await carrying;
    if (alive.expired())
        throw stopping();
    const Zap zap = known(id);
    co_return zap;
}

Zap ZapsByHand::resolve(const QString &id, bool paid, const QString &reason, const QString &actor)
{
    const Zap zap = known(id);
    if (zap.state != ZapState::Unknown)
        throw conflict(
            QStringLiteral("Only a zap whose outcome is unknown is settled by hand; this one is %1.")
                .arg(toText(zap.state)),
            "not_unknown");
    Transaction transaction(m_house.database);
    const OutgoingPayment payment = m_house.outgoing.settleByHand(transaction, zap.outgoingId, paid, reason);
    record(transaction, QStringLiteral("zap.resolve"), reason, actor, zap, toText(payment.state));
    transaction.commit();
    return known(id);
}

Zap ZapsByHand::known(const QString &id)
{
    const std::optional<Zap> zap = m_house.zaps.find(id);
    if (!zap)
        throw notFound(QStringLiteral("There is no such zap."), "zap_not_found");
    return *zap;
}

void ZapsByHand::record(Transaction &transaction, const QString &action, const QString &reason,
                        const QString &actor, const Zap &before, const QString &stateAfter)
{
    ActivityEntry entry;
    entry.actor = actor;
    entry.action = action;
    entry.subject = before.id;
    entry.reason = reason;
    if (toText(before.state) != stateAfter)
        entry.before = {{QStringLiteral("state"), toText(before.state)}};
    entry.after = {{QStringLiteral("state"), stateAfter},
                   {QStringLiteral("recipient"), recipientOf(before)},
                   {QStringLiteral("lightningAddress"), before.lightningAddress},
                   {QStringLiteral("amountSats"), jsonNumber(before.amount)}};
    m_activity.record(transaction, entry);
}

} // namespace tower
