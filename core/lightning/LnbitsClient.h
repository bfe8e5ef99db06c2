// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles when <coroutine>, which Later.h includes, is the first that it reads.
#include "core/base/Types.h"

#include "core/base/Health.h"
#include "core/base/Later.h"
#include "core/base/Secrets.h"
#include "core/base/Settings.h"

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QObject>

#include <vector>

namespace tower {

/// What came back from LNbits, if anything did.
struct LnbitsReply
{
    int status = 0; ///< 0: nothing that could be read whole
    QByteArray body;
    bool stopped = false; ///< the client was, so nobody is asked any more
    QString problem;      ///< of the connection, for the log and for a person
};

/// Calls of LNbits' REST API at LNBITS_URL. The key is read when it is needed, goes into the header X-Api-Key
/// and nowhere else. Redirects are not followed (they would take the key along); an answer over 1 MiB counts
/// as none.
class LnbitsClient : public QObject
{
    Q_OBJECT

public:
    LnbitsClient(const Settings &settings, const Secrets &secrets, QObject *parent = nullptr);
    ~LnbitsClient() override;

    /// `path` is below /api/v1.
    Later<LnbitsReply> get(const QString &path, Millis patience);
    /// Sent once: never again when the connection is lost.
    Later<LnbitsReply> post(const QString &path, const QByteArray &json, Millis patience);
    void abort();
    [[nodiscard]] Health health() const { return m_health; }

private:
    [[nodiscard]] QNetworkRequest request(const QString &path) const;
    Later<LnbitsReply> stopped() const;
    Later<LnbitsReply> follow(QNetworkReply *reply, Millis patience);

    const Settings &m_settings;
    const Secrets &m_secrets;
    QNetworkAccessManager m_questions;
    QNetworkAccessManager m_orders; ///< one connection for each
    bool m_stopped = false;
    Health m_health = Health::Unknown;
    std::vector<Later<LnbitsReply>> m_calls;
};

} // namespace tower
