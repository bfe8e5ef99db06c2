// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles when <coroutine>, which Later.h includes, is the first that it reads.
#include "core/lightning/Lnurl.h"

#include "core/base/Later.h"
#include "core/base/Settings.h"

#include <QCoroTask>
#include <QDeadlineTimer>
#include <QHostAddress>
#include <QNetworkAccessManager>
#include <QObject>

#include <functional>
#include <vector>

namespace tower {

/// Asks LNURL-pay services (LUD-06, LUD-16), which anybody can name: https alone; the host is looked up
/// first, every address of it must be public, and the request goes to the address that was checked, so that
/// a name which means another the next time is of no use. Redirects are followed by hand, each checked the
/// same, at most 3; at most 64 KiB, 10 s in all. LNURL_ALLOW_PRIVATE lifts the rules on scheme and address.
///
/// What fails throws "lnurl_failed" (Upstream); after abort() "lnurl_stopped" (Unavailable). Core thread.
class LnurlPay : public QObject
{
    Q_OBJECT

public:
    using Addresses = QList<QHostAddress>;
    /// How hosts are found and judged.
    struct Network
    {
        std::function<Later<Addresses>(const QString &host)> resolve; ///< gives none for an unknown host
        std::function<bool(const QHostAddress &)> isPublic;
    };

    /// On the system's network.
    explicit LnurlPay(const Settings &settings, QObject *parent = nullptr);
    LnurlPay(const Settings &settings, Network network, QObject *parent = nullptr);
    ~LnurlPay() override;

    QCoro::Task<LnurlOffer> offer(QUrl url);
    /// The invoice, BOLT 11, not looked into. `order` is lnurlOrderUrl().
    QCoro::Task<QString> invoice(QUrl order);

    void setPatience(Millis patience) { m_patience = patience; }
    /// Ends all calls at once, those under way and those to come; for shutdown.
    void abort();

    static constexpr qsizetype maximumBody = 64 * 1024;
    static constexpr int maximumRedirects = 3;

private:
    struct Got
    {
        int status = 0;
        QByteArray body;
        QByteArray location;
        QString problem; ///< why there is no whole answer; empty when there is one
    };

    /// The body of an answer with status 200.
    QCoro::Task<QByteArray> get(QUrl url);
    void checkUrl(const QUrl &url) const;
    [[nodiscard]] QHostAddress chosen(const QString &host, const Addresses &addresses) const;
    Later<Addresses> lookUp(const QString &host, const QDeadlineTimer &deadline);
    Later<Got> send(const QUrl &url, const QHostAddress &address, const QDeadlineTimer &deadline);
    [[nodiscard]] bool allowsPrivate() const;

    const Settings &m_settings;
    Network m_network;
    QNetworkAccessManager m_http;
    Millis m_patience = seconds(10);
    bool m_stopped = false;
    std::vector<Later<Addresses>> m_lookups;
    std::vector<Later<Got>> m_calls;
};

} // namespace tower
