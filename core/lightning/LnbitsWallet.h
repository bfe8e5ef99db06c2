// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/LnbitsClient.h"
#include "core/lightning/LnbitsHints.h"
#include "core/lightning/Wallet.h"

namespace tower {

/// LNbits over its REST API (LNBITS_URL, LNBITS_API_KEY: the wallet's admin key, since an invoice key can't
/// pay). Its websocket only wakes us up. Redirects are not followed, answers over 1 MiB are dropped, each
/// call has 10 s (paying 30 s).
class LnbitsWallet final : public Wallet
{
    Q_OBJECT

public:
    LnbitsWallet(const Settings &settings, const Secrets &secrets, QObject *parent = nullptr);
    ~LnbitsWallet() override;

    QCoro::Task<WalletInvoice> createInvoice(Sats amount, QString memo, Millis expiry) override;
    QCoro::Task<std::optional<WalletPayment>> lookup(PaymentHash paymentHash) override;
    /// LNbits takes no limit for the fee: it holds 1 % and at least 2 sats back itself.
    QCoro::Task<PayOutcome> pay(QString bolt11, Sats maximumFee) override;
    QCoro::Task<Msat> balance() override;
    [[nodiscard]] bool isSimulated() const override { return false; }
    [[nodiscard]] Health health() const override { return m_client.health(); }
    void abort() override;

    /// Opens the websocket and keeps it open; for after listening.
    void start();
    void setPatience(Millis call, Millis paying);

private:
    LnbitsClient m_client;
    LnbitsHints m_hints;
    Millis m_patience = seconds(10);
    Millis m_payingPatience = seconds(30);
};

} // namespace tower
