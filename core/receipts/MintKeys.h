// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/PublicHttp.h"

#include "core/base/Clock.h"
#include "core/receipts/PaymentProof.h"

#include <QHash>

namespace tower {

/// The public keys of Cashu mints (NUT-01), which anybody can name, asked for through PublicHttp: no
/// redirects, at most 256 KiB, 10 s in all. Keys are kept: a keyset never changes its keys. Core thread.
class MintKeys : public QObject
{
    Q_OBJECT

public:
    MintKeys(const Settings &settings, const Clock &clock, PublicHttp::Network network = PublicHttp::system(),
             QObject *parent = nullptr);

    /// Nullopt when the mint has no such key. Throws badRequest: "bad_mint_url" for an address that is not
    /// asked, "mint_unavailable" for a mint that can't be reached or understood.
    QCoro::Task<std::optional<CurvePoint>> key(QString mintUrl, QString keysetId, std::uint64_t amount);

    void setPatience(Millis patience) { m_patience = patience; }
    /// Ends all calls at once, those under way and those to come; for shutdown.
    void abort() { m_http.abort(); }

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

    QCoro::Task<QByteArray> get(QUrl url);
    void keep(const QString &mintUrl, Keys keys);

    const Clock &m_clock;
    PublicHttp m_http;
    Millis m_patience = seconds(10);
    QHash<QString, Mint> m_mints;
};

} // namespace tower
