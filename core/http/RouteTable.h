// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/HttpMessage.h"

#include <QHash>

#include <map>

namespace tower {

/// Finds the routes of a path. A pattern is "/" and segments; ":name" stands for any one segment that is not
/// empty and, decoded, is UTF-8 without "/" or NUL. A literal segment wins over a parameter.
class RouteTable
{
public:
    RouteTable();
    ~RouteTable();

    /// The routes of one pattern, and what the path holds in its parameters' places.
    struct Match
    {
        const std::map<HttpMethod, std::size_t> *routes = nullptr; ///< nullptr: no such path
        std::vector<QString> values;
    };

    /// Adds route number `route`; throws std::logic_error when the pattern has one of that method.
    void add(HttpMethod method, const QByteArray &pattern, std::size_t route);
    /// `path` is percent-encoded.
    [[nodiscard]] Match find(const QByteArray &path) const;

    /// ":pubkey" and the like of a pattern, in order, without the colon.
    static std::vector<QByteArray> parameterNames(const QByteArray &pattern);

private:
    struct Node
    {
        QHash<QByteArray, std::shared_ptr<Node>> literals;
        std::shared_ptr<Node> parameter;
        std::map<HttpMethod, std::size_t> routes;
    };

    static const Node *descend(const Node &node, const std::vector<QByteArray> &segments, std::size_t at,
                               std::vector<QString> &values);

    std::shared_ptr<Node> m_root;
};

} // namespace tower
