// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/RouteTable.h"

#include <QStringDecoder>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace tower {

namespace {

constexpr std::size_t maxSegments = 16;

/// The segments between the slashes, still pointing into `path`; empty when it is no path we could have.
std::vector<QByteArray> segmentsOf(const QByteArray &path)
{
    std::vector<QByteArray> segments;
    if (!path.startsWith('/'))
        return segments;
    segments.reserve(8);
    qsizetype start = 1;
    while (segments.size() <= maxSegments) {
        const qsizetype slash = path.indexOf('/', start);
        const qsizetype end = slash < 0 ? path.size() : slash;
        segments.push_back(QByteArray::fromRawData(path.constData() + start, end - start));
        if (slash < 0)
            return segments;
        start = slash + 1;
    }
    return {};
}

/// Decodes %XX; false when one is not two hex digits.
bool decode(QByteArray &segment)
{
    for (qsizetype at = segment.indexOf('%'); at >= 0; at = segment.indexOf('%', at + 1)) {
        const auto isHex = [&segment](qsizetype i) {
            return i < segment.size() && std::isxdigit(static_cast<unsigned char>(segment[i])) != 0;
        };
        if (!isHex(at + 1) || !isHex(at + 2))
            return false;
    }
    if (segment.contains('%'))
        segment = QByteArray::fromPercentEncoding(segment);
    return true;
}

std::optional<QString> parameterValue(const QByteArray &segment)
{
    if (segment.isEmpty() || segment.contains('/') || segment.contains('\0'))
        return std::nullopt;
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString text = decoder(segment);
    if (decoder.hasError())
        return std::nullopt;
    return text;
}

} // namespace

RouteTable::RouteTable()
    : m_root(std::make_shared<Node>())
{
}
RouteTable::~RouteTable() = default;

void RouteTable::add(HttpMethod method, const QByteArray &pattern, std::size_t route)
{
    Node *node = m_root.get();
    for (const QByteArray &segment : segmentsOf(pattern)) {
        std::shared_ptr<Node> &next = segment.startsWith(':')
                                          ? node->parameter
                                          : node->literals[QByteArray(segment.constData(), segment.size())];
        if (!next)
            next = std::make_shared<Node>();
        node = next.get();
    }
    if (node == m_root.get() || !node->routes.emplace(method, route).second)
        throw std::logic_error("no such pattern, or two routes of one: " + pattern.toStdString());
}

RouteTable::Match RouteTable::find(const QByteArray &path) const
{
    Match match;
    std::vector<QByteArray> segments = segmentsOf(path);
    if (segments.empty() || !std::all_of(segments.begin(), segments.end(), decode))
        return match;
    if (const Node *node = descend(*m_root, segments, 0, match.values))
        match.routes = &node->routes;
    return match;
}

const RouteTable::Node *RouteTable::descend(const Node &node, const std::vector<QByteArray> &segments,
                                            std::size_t at, std::vector<QString> &values)
{
    if (at == segments.size())
        return node.routes.empty() ? nullptr : &node;
    if (const auto literal = node.literals.constFind(segments[at]); literal != node.literals.cend()) {
        if (const Node *found = descend(**literal, segments, at + 1, values))
            return found;
    }
    if (!node.parameter)
        return nullptr;
    std::optional<QString> value = parameterValue(segments[at]);
    if (!value)
        return nullptr;
    values.push_back(*std::move(value));
    const Node *found = descend(*node.parameter, segments, at + 1, values);
    if (!found)
        values.pop_back();
    return found;
}

std::vector<QByteArray> RouteTable::parameterNames(const QByteArray &pattern)
{
    std::vector<QByteArray> names;
    for (const QByteArray &segment : segmentsOf(pattern)) {
        if (segment.startsWith(':'))
            names.emplace_back(segment.constData() + 1, segment.size() - 1);
    }
    return names;
}

} // namespace tower
