// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/RequestHead.h"

#include <algorithm>
#include <limits>

namespace tower {

namespace {

constexpr std::size_t maxHeaders = 100;

Refusal malformed(const QString &sentence)
{
    return {400, "malformed_request", sentence};
}

bool isTokenChar(char c)
{
    // RFC 9110, 5.6.2
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && QByteArrayView("!#$%&'*+-.^_`|~").contains(c));
}

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

bool isVisible(char c)
{
    return c > 0x20 && c < 0x7f;
}

bool isValueChar(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

HttpMethod methodOf(QByteArrayView name)
{
    if (name == "GET")
        return HttpMethod::Get;
    if (name == "POST")
        return HttpMethod::Post;
    if (name == "HEAD")
        return HttpMethod::Head;
    if (name == "OPTIONS")
        return HttpMethod::Options;
    if (name == "PUT")
        return HttpMethod::Put;
    if (name == "PATCH")
        return HttpMethod::Patch;
    if (name == "DELETE")
        return HttpMethod::Delete;
    return HttpMethod::Other;
}

/// The whole head as it is taken apart; each step returns what is wrong with it.
class Reader
{
public:
    explicit Reader(qint64 maxBodyBytes)
        : m_maxBodyBytes(maxBodyBytes)
    {
    }

    std::optional<Refusal> requestLine(QByteArrayView line);
    std::optional<Refusal> headerLine(QByteArrayView line);
    std::optional<Refusal> finish();
    RequestHead take() { return std::move(m_head); }

private:
    std::optional<Refusal> target(QByteArrayView text);
    std::optional<Refusal> contentLength(QByteArrayView value);
    void connection(QByteArrayView value);

    RequestHead m_head;
    QByteArray m_authority; ///< of an absolute target
    QByteArray m_host;
    qint64 m_maxBodyBytes;
    int m_hosts = 0;
    int m_lengths = 0;
};

std::optional<Refusal> Reader::requestLine(QByteArrayView line)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last <= first + 1 || !isToken(line.first(first)))
        return malformed(QStringLiteral("The request line is not one of HTTP."));
    const QByteArrayView version = line.sliced(last + 1);
    if (version.size() != 8 || !version.startsWith("HTTP/"))
        return malformed(QStringLiteral("The request line names no version of HTTP."));
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return Refusal{505, "http_version_not_supported",
                       QStringLiteral("Only HTTP/1.0 and HTTP/1.1 are spoken here.")};
    m_head.isHttp10 = version == "HTTP/1.0";
    m_head.keepAlive = !m_head.isHttp10;
    m_head.methodName = line.first(first).toByteArray();
    m_head.method = methodOf(m_head.methodName);
    return target(line.sliced(first + 1, last - first - 1));
}

std::optional<Refusal> Reader::target(QByteArrayView text)
{
    if (!std::all_of(text.begin(), text.end(), isVisible) || text.contains('#'))
        return malformed(QStringLiteral("The request's target has characters that must be percent-encoded."));
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (text.first(std::min(text.size(), scheme.size())).compare(scheme, Qt::CaseInsensitive) != 0)
            continue;
        text = text.sliced(scheme.size());
        const qsizetype slash = text.indexOf('/');
        m_authority = (slash < 0 ? text : text.first(slash)).toByteArray();
        text = slash < 0 ? QByteArrayView("/") : text.sliced(slash);
        break;
    }
    if (!text.startsWith('/') && text != "*")
        return malformed(QStringLiteral("The request's target must be a path."));
    const qsizetype mark = text.indexOf('?');
    m_head.path = (mark < 0 ? text : text.first(mark)).toByteArray();
    if (mark >= 0)
        m_head.query = text.sliced(mark + 1).toByteArray();
    return std::nullopt;
}

std::optional<Refusal> Reader::headerLine(QByteArrayView line)
{
    const qsizetype colon = line.indexOf(':');
    // A name that ends in a blank, and a continued line (obs-fold), are no tokens either.
    if (colon <= 0 || !isToken(line.first(colon)))
        return malformed(QStringLiteral("A header line is not “Name: value”."));
    const QByteArrayView value = line.sliced(colon + 1).trimmed();
    if (!std::all_of(value.begin(), value.end(), isValueChar))
        return malformed(QStringLiteral("A header has control characters."));
    if (m_head.headers.size() == maxHeaders)
        return Refusal{431, "headers_too_large", QStringLiteral("The request has too many headers.")};

    QByteArray name = line.first(colon).toByteArray().toLower();
    if (name == "host") {
        ++m_hosts;
        m_host = value.toByteArray();
    } else if (name == "content-length") {
        if (std::optional<Refusal> refusal = contentLength(value))
            return refusal;
    } else if (name == "transfer-encoding") {
        return Refusal{400, "transfer_encoding_not_supported",
                       QStringLiteral("A body is accepted with Content-Length only.")};
    } else if (name == "upgrade") {
        return Refusal{400, "upgrade_not_supported",
                       QStringLiteral("There is no other protocol to upgrade to.")};
    } else if (name == "connection") {
        connection(value);
    } else if (name == "expect") {
        if (value.compare("100-continue", Qt::CaseInsensitive) != 0)
            return Refusal{417, "expectation_failed",
                           QStringLiteral("Only “Expect: 100-continue” is known.")};
        m_head.expectsContinue = !m_head.isHttp10;
    }
    m_head.headers.emplace_back(std::move(name), value.toByteArray());
    return std::nullopt;
}

std::optional<Refusal> Reader::contentLength(QByteArrayView value)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (++m_lengths > 1)
        return malformed(QStringLiteral("Content-Length is given twice."));
    bool fits = false;
    m_head.contentLength = value.toByteArray().toLongLong(&fits);
    if (value.isEmpty() || !std::all_of(value.begin(), value.end(), isDigit) || !fits)
        return malformed(QStringLiteral("Content-Length is not a length."));
    return std::nullopt;
}

void Reader::connection(QByteArrayView value)
{
    for (const QByteArray &item : value.toByteArray().toLower().split(',')) {
        const QByteArray token = item.trimmed();
        if (token == "close")
            m_head.keepAlive = false;
        else if (token == "keep-alive" && m_head.isHttp10)
            m_head.keepAlive = true;
    }
}

std::optional<Refusal> Reader::finish()
{
    if (m_hosts > 1 || (m_hosts == 0 && !m_head.isHttp10) || (m_hosts == 1 && m_host.isEmpty()))
        return malformed(QStringLiteral("The request must have one Host header."));
    if (!std::all_of(m_host.begin(), m_host.end(), isVisible))
        return malformed(QStringLiteral("The Host header is not a host."));
    if (!m_authority.isNull() && m_authority.compare(m_host, Qt::CaseInsensitive) != 0)
        return malformed(QStringLiteral("The request's target and its Host header name different hosts."));
    if (m_head.contentLength > m_maxBodyBytes) {
        return Refusal{413, "body_too_large",
                       QStringLiteral("The body may have at most %1 bytes.").arg(m_maxBodyBytes)};
    }
    return std::nullopt;
}

} // namespace

std::variant<RequestHead, Refusal> parseRequestHead(QByteArrayView head, qint64 maxBodyBytes)
{
    Reader reader(maxBodyBytes);
    bool isFirst = true;
    while (true) {
        const qsizetype end = head.indexOf('\n');
        if (end < 1 || head[end - 1] != '\r')
            return malformed(QStringLiteral("A line of the request does not end in CR LF."));
        const QByteArrayView line = head.first(end - 1);
        head = head.sliced(end + 1);
        if (line.isEmpty() && !isFirst)
            break;
        if (std::optional<Refusal> refusal = isFirst ? reader.requestLine(line) : reader.headerLine(line))
            return *std::move(refusal);
        isFirst = false;
    }
    if (std::optional<Refusal> refusal = reader.finish())
        return *std::move(refusal);
    return reader.take();
}

std::optional<Refusal> checkRequestLine(QByteArrayView line)
{
    return Reader(std::numeric_limits<qint64>::max()).requestLine(line);
}

} // namespace tower
