// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/base/Error.h"

#include "core/base/Pauses.h"
#include "core/base/Secrets.h"
#include "core/base/Settings.h"

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QNetworkAccessManager>
#include <QObject>
#include <QString>

#include <QCoroTask>

#include <optional>
#include <vector>

namespace tower {

/// Who is asked, and how that is told to a person.
struct RestService
{
    QByteArray code; ///< what the codes of errors begin with
    QString name;    ///< of the provider
    QString tokenIs; ///< where the token comes from
    Setting url;     ///< base URL
};

struct RestCall
{
    QByteArray method = "GET"; ///< GET, POST or DELETE
    QString path{};            ///< and query, percent-encoded
    QByteArray body{};         ///< of a POST
    QByteArray contentType = "application/json";
    QList<int> expected{}; ///< statuses from 400 on that the caller judges itself
};

struct RestAnswer
{
    int status = 0;
    QJsonObject body{};
    QString message{}; ///< the provider's own, of an error; fit to be shown
};

/// Calls of a provider's JSON API with a bearer token, which goes into the one header and nowhere else.
/// Redirects are not followed (they would take the token along), an answer over 1 MiB counts as none, and a
/// POST is sent once. Core thread.
///
/// Throws ServiceError, with codes that begin with the service's: "..._unavailable" (no answer in time that
/// could be read, or a status that is neither 2xx nor 4xx; a GET is tried again before), "..._rate_limited"
/// (429 once more, after waiting as told, a minute at most each time), "..._refused" (4xx, with the
/// provider's own message), "..._stopped" after abort().
class RestClient : public QObject
{
    Q_OBJECT

public:
    RestClient(const Settings &settings, RestService service, Wait wait);
    ~RestClient() override;

    QCoro::Task<RestAnswer> ask(RestCall call, SecretBytes token);
    void abort();
    /// How long one call may take.
    void setPatience(Millis patience) { m_patience = patience; }

    /// What is thrown for an answer from 400 on.
    [[nodiscard]] ServiceError refusal(const RestAnswer &answer) const;
    /// What is thrown for an answer that lacks what it should hold.
    [[nodiscard]] ServiceError unreadable() const;

private:
    struct Reply
    {
        int status = 0; ///< 0: nothing that could be read whole
        QByteArray body;
        bool timedOut = false;
        QString problem;               ///< of the connection, for the log
        std::optional<Millis> pause{}; ///< what a 429 asks for
    };

    Later<Reply> send(const RestCall &call, const SecretBytes &token);
    Later<Reply> follow(QNetworkReply *reply);
    [[nodiscard]] RestAnswer read(const RestCall &call, const Reply &reply, const SecretBytes &token) const;
    /// `what`: the rest of the sentence that begins with the provider's name.
    [[nodiscard]] ServiceError noAnswer(const QString &what) const;

    const Settings &m_settings;
    const RestService m_service;
    Wait m_wait;
    Millis m_patience = seconds(20);
    QNetworkAccessManager m_questions;
    QNetworkAccessManager m_orders; ///< one connection for each
    Pauses m_pauses;
    bool m_stopped = false;
    std::vector<Later<Reply>> m_open;
};

} // namespace tower
