// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/PublicHttp.h"

#include "core/lightning/Lnurl.h"

namespace tower {

/// Asks LNURL-pay services (LUD-06, LUD-16), which anybody can name, through PublicHttp. Redirects are
/// followed by hand, each checked the same, at most 3; at most 64 KiB, 10 s in all.
///
/// What fails throws "lnurl_failed" (Upstream); after abort() "lnurl_stopped" (Unavailable). Core thread.
class LnurlPay : public QObject
{
    Q_OBJECT

public:
    explicit LnurlPay(const Settings &settings, PublicHttp::Network network = PublicHttp::system(),
                      QObject *parent = nullptr);

    QCoro::Task<LnurlOffer> offer(QUrl url);
    /// The invoice, BOLT 11, not looked into. `order` is lnurlOrderUrl().
    QCoro::Task<QString> invoice(QUrl order);

    void setPatience(Millis patience) { m_patience = patience; }
    /// Ends all calls at once, those under way and those to come; for shutdown.
    void abort() { m_http.abort(); }

    static constexpr qsizetype maximumBody = 64 * 1024;
    static constexpr int maximumRedirects = 3;

private:
    /// The body of an answer with status 200.
    QCoro::Task<QByteArray> get(QUrl url);

    PublicHttp m_http;
    Millis m_patience = seconds(10);
};

} // namespace tower
