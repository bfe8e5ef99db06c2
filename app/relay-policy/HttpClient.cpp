// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/HttpClient.h"

#include <optional>

namespace tower {

namespace {

constexpr qsizetype maximumHead = 16'384;

struct Head
{
    int status = 0;
    qsizetype bodyLength = -1;
    bool keepAlive = true;
};

std::optional<qsizetype> digits(QByteArrayView text)
{
    if (text.isEmpty() || text.size() > 12)
        return std::nullopt;
    qsizetype value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

/// Everything before the empty line. Only what the tower's server writes is understood: HTTP/1.1 and one
/// Content-Length; a transfer coding is not.
std::optional<Head> parseHead(QByteArrayView text)
{
    Head head;
    bool first = true;
    while (!text.isEmpty()) {
        const qsizetype end = text.indexOf(QByteArrayView("\r\n"));
        const QByteArrayView line = end < 0 ? text : text.first(end);
        text = end < 0 ? QByteArrayView() : text.sliced(end + 2);
        if (first) {
            const auto status =
                line.size() >= 12 && line.startsWith("HTTP/1.1 ") ? digits(line.sliced(9, 3)) : std::nullopt;
            if (!status || *status < 200 || (line.size() > 12 && line[12] != ' '))
                return std::nullopt;
            head.status = static_cast<int>(*status);
            first = false;
            continue;
        }
        const qsizetype colon = line.indexOf(':');
        if (colon <= 0)
            return std::nullopt;
        const QByteArray name = line.first(colon).toByteArray().toLower();
        const QByteArray value = line.sliced(colon + 1).toByteArray().trimmed();
        if (name == "content-length") {
            const auto length = digits(value);
            if (!length || head.bodyLength >= 0)
                return std::nullopt;
            head.bodyLength = *length;
        } else if (name == "transfer-encoding") {
            return std::nullopt;
        } else if (name == "connection" && value.toLower() == "close") {
            head.keepAlive = false;
        }
    }
    if (first || head.bodyLength < 0)
        return std::nullopt;
    return head;
}

QByteArray hostHeader(const QUrl &base)
{
    QByteArray host = base.host(QUrl::FullyEncoded).toLatin1();
    if (host.contains(':'))
        host = '[' + host + ']';
    return base.port() < 0 ? host : host + ':' + QByteArray::number(base.port());
}

} // namespace

HttpClient::HttpClient(const QUrl &base, const QByteArray &bearer, const QSslConfiguration &tls)
    : m_prefix(base.path(QUrl::FullyEncoded).toLatin1())
    , m_headers(" HTTP/1.1\r\nHost: " + hostHeader(base) + "\r\nAccept: application/json\r\n")
    , m_port(static_cast<quint16>(base.port(base.scheme() == "https" ? 443 : 80)))
    , m_resolver(base.host())
    , m_transport(base.scheme() == "https" ? makeTlsTransport(base.host(), tls) : makePlainTransport())
{
    while (m_prefix.endsWith('/'))
        m_prefix.chop(1);
    if (!bearer.isEmpty())
        m_headers += "Authorization: Bearer " + bearer + "\r\n";
}

HttpAnswer HttpClient::get(const QByteArray &path, qsizetype maximumBody, const Deadline &deadline)
{
    return exchange("GET " + m_prefix + path + m_headers + "\r\n", maximumBody, deadline);
}

HttpAnswer HttpClient::postJson(const QByteArray &path, QByteArrayView body, qsizetype maximumBody,
                                const Deadline &deadline)
{
    QByteArray request =
        "POST " + m_prefix + path + m_headers +
        "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n";
    request.append(body);
    return exchange(request, maximumBody, deadline);
}

HttpAnswer HttpClient::exchange(const QByteArray &request, qsizetype maximumBody, const Deadline &deadline)
{
    if (m_transport->isIdle()) {
        const Attempt kept = attempt(request, maximumBody, deadline);
        if (!kept.closedUnanswered)
            return kept.answer;
    }
    if (!connect(deadline))
        return {};
    return attempt(request, maximumBody, deadline).answer;
}

HttpClient::Attempt HttpClient::attempt(const QByteArray &request, qsizetype maximumBody,
                                        const Deadline &deadline)
{
    using Status = Transport::Status;
    using Outcome = HttpAnswer::Outcome;
    const auto fail = [this](Outcome outcome, bool closedUnanswered = false) {
        m_transport->close();
        return Attempt{{outcome, 0, {}}, closedUnanswered};
    };

    if (const Status sent = m_transport->send(request, deadline); sent != Status::Ok)
        return fail(Outcome::Unreachable, sent == Status::Closed);

    QByteArray buffer;
    std::optional<Head> head;
    qsizetype bodyStart = 0;
    while (!head || buffer.size() < bodyStart + head->bodyLength) {
        if (const Status status = m_transport->receive(buffer, deadline); status != Status::Ok)
            return fail(Outcome::Unreachable, status == Status::Closed && buffer.isEmpty());
        if (head)
            continue;
        const qsizetype end = buffer.indexOf("\r\n\r\n");
        if (end > maximumHead || (end < 0 && buffer.size() > maximumHead))
            return fail(Outcome::Garbled);
        if (end < 0)
            continue;
        head = parseHead(QByteArrayView(buffer).first(end));
        bodyStart = end + 4;
        if (!head || head->bodyLength > maximumBody)
            return fail(Outcome::Garbled);
    }
    // Bytes that nobody asked for: which request they would answer is anybody's guess.
    if (buffer.size() > bodyStart + head->bodyLength)
        return fail(Outcome::Garbled);
    if (!head->keepAlive)
        m_transport->close();
    return {{Outcome::Answered, head->status, buffer.mid(bodyStart)}, false};
}

bool HttpClient::connect(const Deadline &deadline)
{
    for (const QHostAddress &address : m_resolver.addresses(deadline))
        if (m_transport->connectTo(address, m_port, deadline))
            return true;
    m_resolver.forget();
    return false;
}

} // namespace tower
