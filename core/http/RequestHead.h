// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/HttpMessage.h"

#include <variant>

namespace tower {

/// The longest request line and headers that are read.
constexpr qsizetype maxHeadBytes = 16 * 1024;

/// Request line and headers of one request, checked.
struct RequestHead
{
    HttpMethod method = HttpMethod::Other;
    QByteArray methodName;
    QByteArray path;
    QByteArray query;
    std::vector<std::pair<QByteArray, QByteArray>> headers; ///< names in lower case
    qint64 contentLength = 0;
    bool isHttp10 = false;
    bool keepAlive = true;
    bool expectsContinue = false;
};

/// Why a request is not let in.
struct Refusal
{
    int status;
    QByteArray code;
    QString sentence;
};

/// Reads the head of a request, "\r\n\r\n" at its end included, more strictly than QHttpServer does: whatever
/// two readers could understand differently (RFC 9112, chapter 11: smuggling) is refused. Pure.
std::variant<RequestHead, Refusal> parseRequestHead(QByteArrayView head, qint64 maxBodyBytes);

/// Checks a request line alone (without CRLF), for heads that arrive in pieces.
std::optional<Refusal> checkRequestLine(QByteArrayView line);

} // namespace tower
