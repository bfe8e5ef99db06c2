// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles when <coroutine>, which the coroutines' headers include, is the first it
// reads.
#include "core/lightning/LnurlPay.h"

#include "core/base/Clock.h"
#include "core/receipts/PaymentProof.h"

#include <QHash>

namespace tower {

/// The public keys of Cashu mints (NUT-01), which anybody can name: https alone and public addresses alone,
/// the request going to the address that was checked, no redirects, at most 256 KiB, 10 s in all.
/// LNURL_ALLOW_PRIVATE lifts the rules on scheme and address. Keys are kept: a keyset never changes its keys.
/// Core thread.
class MintKeys : public QObject
{
    Q_OBJECT

public:
    using Addresses = LnurlPay::Addresses;
    using Network = LnurlPay::Network;

    /// On the system's network.
    MintKeys(const Settings &settings, const Clock &clock, QObject *parent = nullptr);
    MintKeys(const Settings &settings, const Clock &clock, Network network, QObject *parent = nullptr);
    ~MintKeys() override;

    /// Nullopt when the mint has no such key. Throws badRequest: "bad_mint_url" for an address that is not
    /// asked, "mint_unavailable" for a mint that can't be reached or understood.
    QCoro::Task<std::optional<CurvePoint>> key(QString mintUrl, QString keysetId, std::uint64_t amount);

    void setPatience(Millis patience) { m_patience = patience; }
    /// Ends all calls at once, those under way and those to come; for shutdown.
    void abort();

    static constexpr qsizetype maximumBody = 256 * 1024;
    static constexpr std::size_t maximumMints = 64;
    /// A keyset that a mint did not have is not asked for again before that.
    static constexpr Millis askAgainAfter = seconds(60);

private:
    /// By keyset and amount: "00882760bfa2eb41/8".
    using Keys = QHash<QString, CurvePoint>;
    struct Mint
    {
        Millis askedAt;
        Keys keys;
    };
    struct Got
    {
        int status = 0;
        QByteArray body;
        QString problem; ///< why there is no whole answer; empty when there is one
    };

    QCoro::Task<QByteArray> get(QUrl url);
    [[nodiscard]] QUrl keysUrl(const QString &mintUrl) const;
    [[nodiscard]] QHostAddress chosen(const Addresses &addresses) const;
    Later<Addresses> lookUp(const QString &host, const QDeadlineTimer &deadline);
    Later<Got> send(const QUrl &url, const QHostAddress &address, const QDeadlineTimer &deadline);
    void keep(const QString &mintUrl, Keys keys);

    const Settings &m_settings;
    const Clock &m_clock;
    Network m_network;
    QNetworkAccessManager m_http;
    Millis m_patience = seconds(10);
    bool m_stopped = false;
    QHash<QString, Mint> m_mints;
    std::vector<Later<Addresses>> m_lookups;
    std::vector<Later<Got>> m_calls;
};

} // namespace tower
