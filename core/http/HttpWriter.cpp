// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/HttpWriter.h"

#include <algorithm>

namespace tower {

namespace {

const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 402:
        return "Payment Required";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "";
    }
}

void appendHeader(QByteArray &out, QByteArrayView name, QByteArrayView value)
{
    out.append(name).append(": ");
    const qsizetype start = out.size();
    out.append(value);
    std::replace_if(
        out.begin() + start, out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    out.append("\r\n");
}

} // namespace

QByteArray httpMessage(const HttpResponse &response, MessageStyle style)
{
    const bool mayHaveBody = response.status != 204 && response.status != 304;
    const bool hasBody = mayHaveBody && !style.isHead;
    QByteArray out;
    out.reserve(512 + (hasBody ? response.body.size() : 0));
    out.append("HTTP/1.1 ").append(QByteArray::number(response.status)).append(' ');
    out.append(reason(response.status)).append("\r\n");
    if (mayHaveBody) {
        if (!response.contentType.isEmpty())
            appendHeader(out, "Content-Type", response.contentType);
        appendHeader(out, "Content-Length", QByteArray::number(response.body.size()));
    }
    for (const auto &[name, value] : response.headers)
        appendHeader(out, name, value);
    if (style.closes)
        out.append("Connection: close\r\n");
    else if (style.isHttp10)
        out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
    if (hasBody)
        out.append(response.body);
    return out;
}

} // namespace tower
