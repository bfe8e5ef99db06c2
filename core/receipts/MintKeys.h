// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/PublicHttp.h"

#include "core/base/Clock.h"
#include "core/receipts/PaymentProof.h"

#include <QHash>

namespace tower {

/// The public keys of Cashu mints (NUT-01), which anybody can name, asked for through PublicHttp: no
/// redirects, at most 256 KiB, 10 s for each answer. Keys are kept: a keyset never changes its keys. Those of
/// a keyset that a mint no longer signs with are asked for by its id. Core thread.
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
    static constexpr qsizetype maximumMints = 64;
    /// Keys and keysets of one mint; beyond it the last answer's alone are kept.
    static constexpr qsizetype maximumKeys = 4'096;
    /// What a mint did not have is not asked for again before that.
    static constexpr Millis askAgainAfter = seconds(60);

private:
    struct Keyset
    {
        std::optional<Millis> askedAt{};   ///< for it alone
        QHash<QString, CurvePoint> keys{}; ///< by amount
    };
    using Keysets = QHash<QString, Keyset>;
    struct Mint
    {
        std::optional<Millis> askedAt{}; ///< for the keysets that it signs with
        Keysets keysets{};
    };

    static Keysets read(const QByteArray &body);
    [[nodiscard]] Keyset known(const QString &mint, const QString &keysetId) const;
    [[nodiscard]] bool isDue(std::optional<Millis> askedAt) const;
    QCoro::Task<void> askMint(QString mint, QUrl url);
    QCoro::Task<void> askKeyset(QString mint, QString keysetId, QUrl url);
    QCoro::Task<PublicHttp::Answer> get(QUrl url);
    Mint &mintOf(const QString &url);
    static void add(Mint &mint, const Keysets &found);

    const Clock &m_clock;
    PublicHttp m_http;
    Millis m_patience = seconds(10);
    QHash<QString, Mint> m_mints;
};

} // namespace tower
