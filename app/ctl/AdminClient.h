// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/ctl/AdminToken.h"

#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QSslConfiguration>
#include <QUrl>
#include <QUrlQuery>

#include <functional>

namespace tower {

class Command;

/// The admin API, one request at a time. Every failure is thrown as Refused, in a sentence.
class AdminClient
{
public:
    explicit AdminClient(const Command &command);

    /// `path` begins with /api/admin; what is put into it must be percent-encoded by the caller.
    QJsonObject get(const QString &path, const QUrlQuery &query = {});
    QJsonObject post(const QString &path, const QJsonObject &body);

    /// Every page of a list in turn; `visit` gets each page's object.
    void eachPage(const QString &path, QUrlQuery query,
                  const std::function<void(const QJsonObject &)> &visit);

private:
    QJsonObject send(const QByteArray &method, const QString &path, const QUrlQuery &query,
                     const QByteArray &body);
    [[nodiscard]] QString describe(int status, const QJsonObject &answer) const;

    QUrl m_base;
    AdminToken m_token;
    QSslConfiguration m_tls;
    QNetworkAccessManager m_network;
};

} // namespace tower
