// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"

namespace tower {

ServiceError::ServiceError(ErrorKind kind, QByteArray code, QString message, QByteArray field)
    : m_kind(kind)
    , m_code(std::move(code))
    , m_message(std::move(message))
    , m_field(std::move(field))
    , m_what(m_code + ": " + m_message.toUtf8())
{
}

ServiceError badRequest(QByteArray field, QString message, QByteArray code)
{
    return {ErrorKind::BadRequest, std::move(code), std::move(message), std::move(field)};
}

ServiceError notFound(QString message, QByteArray code)
{
    return {ErrorKind::NotFound, std::move(code), std::move(message)};
}

ServiceError conflict(QString message, QByteArray code)
{
    return {ErrorKind::Conflict, std::move(code), std::move(message)};
}

ServiceError unauthorized(QString message, QByteArray code)
{
    return {ErrorKind::Unauthorized, std::move(code), std::move(message)};
}

ServiceError forbidden(QString message, QByteArray code)
{
    return {ErrorKind::Forbidden, std::move(code), std::move(message)};
}

ServiceError unavailable(QString message, QByteArray code)
{
    return {ErrorKind::Unavailable, std::move(code), std::move(message)};
}

ServiceError internalError(QString message, QByteArray code)
{
    return {ErrorKind::Internal, std::move(code), std::move(message)};
}

} // namespace tower
