// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles when <coroutine>, which Later.h includes, is the first that it reads.
#include "core/base/Settings.h"

#include "core/base/Later.h"
#include "core/base/Types.h"

#include <QCoroTask>
#include <QDeadlineTimer>
#include <QHostAddress>
#include <QNetworkAccessManager>
#include <QObject>
#include <QUrl>

#include <functional>
#include <vector>

namespace tower {

/// GET from web servers that anybody can name: https alone; the host is looked up first, every address of it
/// must be public, and the request goes to the address that was checked, so that a name which means another
/// the next time is of no use. No redirect is followed. LNURL_ALLOW_PRIVATE lifts the rules on scheme and
/// address. Core thread.
class PublicHttp : public QObject
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
    static Network system();

    enum class Fault {
        None,
        Address, ///< that is not asked
        Network, ///< no whole answer came in time
        Stopped,
    };
    struct Answer
    {
        Fault fault = Fault::Stopped;
        QString problem; ///< a sentence, with a fault; names no text of the other side's
        int status = 0;
        QByteArray body;
        QByteArray location;
    };

    /// `whom`: how sentences name the server ("The mint").
    PublicHttp(const Settings &settings, Network network, QString whom, qsizetype maximumBody,
               QObject *parent = nullptr);
    ~PublicHttp() override;

    QCoro::Task<Answer> get(QUrl url, QDeadlineTimer deadline);
    /// Ends all calls at once, those under way and those to come; for shutdown.
    void abort();

private:
    [[nodiscard]] QString urlProblem(const QUrl &url) const;
    [[nodiscard]] bool allowsPrivate() const { return m_settings.flag(Setting::LnurlAllowPrivate); }
    [[nodiscard]] bool isAllowed(const Addresses &addresses) const;
    Later<Addresses> lookUp(const QString &host, const QDeadlineTimer &deadline);
    Later<Answer> send(const QUrl &url, const QHostAddress &address, const QDeadlineTimer &deadline);

    const Settings &m_settings;
    Network m_network;
    QString m_whom;
    qsizetype m_maximumBody;
    QNetworkAccessManager m_http;
    bool m_stopped = false;
    std::vector<Later<Addresses>> m_lookups;
    std::vector<Later<Answer>> m_calls;
};

} // namespace tower
