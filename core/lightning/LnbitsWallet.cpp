// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnbitsWallet.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"
#include "core/lightning/LnbitsAnswers.h"
#include "core/lightning/Memo.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace tower {

namespace {

const QString payments = QStringLiteral("/payments");

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

LnbitsWallet::LnbitsWallet(const Settings &settings, const Secrets &secrets, QObject *parent)
    : Wallet(parent)
    , m_client(settings, secrets)
    , m_hints(settings, secrets)
{
    connect(&m_hints, &LnbitsHints::hinted, this, &Wallet::changed);
}

LnbitsWallet::~LnbitsWallet()
{
    abort();
}

void LnbitsWallet::start()
{
    m_hints.start();
}

void LnbitsWallet::abort()
{
    m_hints.abort();
    m_client.abort();
}

void LnbitsWallet::setPatience(Millis call, Millis paying)
{
    m_patience = call;
    m_payingPatience = paying;
}

QCoro::Task<WalletInvoice> LnbitsWallet::createInvoice(Sats amount, QString memo, Millis expiry)
{
    // LNbits takes an order without `out` for one to pay.
    const QByteArray order = compact({{QStringLiteral("out"), false},
                                      {QStringLiteral("amount"), jsonNumber(amount)},
                                      {QStringLiteral("unit"), QStringLiteral("sat")},
                                      {QStringLiteral("memo"), invoiceMemo(memo)},
                                      {QStringLiteral("expiry"), jsonNumber(expiry.value() / 1'000)}});
    Later<LnbitsReply> asked = m_client.post(payments, order, m_patience);
    const LnbitsReply reply = co_await asked;
    co_return lnbits::readInvoice(reply);
}

QCoro::Task<std::optional<WalletPayment>> LnbitsWallet::lookup(PaymentHash paymentHash)
{
    Later<LnbitsReply> asked = m_client.get(payments + QLatin1Char('/') + paymentHash.text(), m_patience);
    const LnbitsReply reply = co_await asked;
    co_return lnbits::readPayment(reply, paymentHash);
}

QCoro::Task<PayOutcome> LnbitsWallet::pay(QString bolt11, Sats /*maximumFee*/)
{
    Bolt11 invoice;
    PayOutcome refused;
    refused.kind = PayOutcome::Kind::Refused;
    try {
        invoice = decodeBolt11(bolt11);
        if (!invoice.amount)
            refused.reason = QStringLiteral("The invoice carries no amount.");
    } catch (const ServiceError &error) {
        refused.reason = error.message();
    }
    if (!refused.reason.isEmpty())
        co_return refused;
    const QByteArray order = compact({{QStringLiteral("out"), true}, {QStringLiteral("bolt11"), bolt11}});
    Later<LnbitsReply> asked = m_client.post(payments, order, m_payingPatience);
    const LnbitsReply reply = co_await asked;
    co_return lnbits::readPayOutcome(reply, invoice);
}

QCoro::Task<Msat> LnbitsWallet::balance()
{
    Later<LnbitsReply> asked = m_client.get(QStringLiteral("/wallet"), m_patience);
    const LnbitsReply reply = co_await asked;
    co_return lnbits::readBalance(reply);
}

} // namespace tower
