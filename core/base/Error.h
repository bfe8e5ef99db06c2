// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QException>
#include <QString>

namespace tower {

/// What kind of "no" a service gives. Routes turn it into an HTTP status, windows into an inline message.
enum class ErrorKind {
    BadRequest,
    Unauthorized,
    PaymentRequired,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    TooLarge,
    Unprocessable,
    RateLimited,
    Internal,
    Upstream,
    Unavailable,
};

/// The one thing that services throw. `message` is a sentence for a person and never holds a secret;
/// `code` is for programs (snake_case); `field` names the input at fault, where there is one.
class ServiceError : public QException
{
public:
    ServiceError(ErrorKind kind, QByteArray code, QString message, QByteArray field = {});

    [[nodiscard]] ErrorKind kind() const { return m_kind; }
    [[nodiscard]] const QByteArray &code() const { return m_code; }
    [[nodiscard]] const QString &message() const { return m_message; }
    [[nodiscard]] const QByteArray &field() const { return m_field; }
    [[nodiscard]] const char *what() const noexcept override { return m_what.constData(); }

    void raise() const override { throw *this; }
    [[nodiscard]] ServiceError *clone() const override { return new ServiceError(*this); }

private:
    ErrorKind m_kind;
    QByteArray m_code;
    QString m_message;
    QByteArray m_field;
    QByteArray m_what;
};

ServiceError badRequest(QByteArray field, QString message, QByteArray code = "invalid_request");
ServiceError notFound(QString message, QByteArray code = "not_found");
ServiceError conflict(QString message, QByteArray code = "conflict");
ServiceError unauthorized(QString message, QByteArray code = "unauthorized");
ServiceError forbidden(QString message, QByteArray code = "forbidden");
ServiceError unavailable(QString message, QByteArray code = "unavailable");
ServiceError internalError(QString message, QByteArray code = "internal_error");

} // namespace tower
