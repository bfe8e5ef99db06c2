// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/api/ApiFixture.h"

namespace tower {

/// A funded session and its holder.
class Customer
{
public:
    explicit Customer(ApiFixture &api, int sats = 1'000, const QByteArray &token = {})
        : m_api(api)
    {
        const Answer session = api.fundedSession(sats, token);
        m_path = "/api/sessions/" + session.text("sessionId").toLatin1();
        m_macaroon = session.text("macaroon").toLatin1();
    }

    [[nodiscard]] const QByteArray &path() const { return m_path; }
    [[nodiscard]] QByteArray bearer() const { return "Bearer " + m_macaroon; }
    [[nodiscard]] const QByteArray &macaroon() const { return m_macaroon; }

    Answer look() { return m_api.ask({.target = m_path}); }
    [[nodiscard]] Ask asking(const QString &request, const QByteArray &key = {}) const
    {
        const Ask ask{.method = "POST",
                      .target = m_path + "/request",
                      .body = QJsonDocument(QJsonObject{{"request", request}}).toJson()};
        return ask.with("Authorization", bearer()).with("Idempotency-Key", key);
    }
    Answer ask(const QString &request, const QByteArray &key = {}) { return m_api.ask(asking(request, key)); }
    std::unique_ptr<OpenCall> begin(const QString &request, const QByteArray &key = {})
    {
        return std::make_unique<OpenCall>(m_api.port(), asking(request, key));
    }
    Answer post(const QByteArray &what, const QJsonObject &body)
    {
        return m_api.say(m_path + what, body, "Authorization", bearer());
    }

private:
    ApiFixture &m_api;
    QByteArray m_path;
    QByteArray m_macaroon;
};

/// Sessions go on until the last sat.
inline Settings::Values spendAll()
{
    return {{QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("1")}};
}

} // namespace tower
