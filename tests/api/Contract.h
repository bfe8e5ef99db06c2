// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/JsonSchema.h"

#include <QByteArrayList>
#include <QList>

namespace tower {

/// resources/openapi.yaml, read with libyaml-cpp.
class Contract
{
public:
    struct Operation
    {
        QByteArray method; ///< "GET"
        QByteArray path;   ///< "/api/admin/relay/accounts/{pubkey}"
        QJsonObject object;
    };

    Contract();

    [[nodiscard]] const QJsonObject &document() const { return m_document; }
    [[nodiscard]] const QList<Operation> &operations() const { return m_operations; }
    [[nodiscard]] const JsonSchema &schema() const { return m_schema; }
    /// The operation that answers `path`; HEAD is looked up as GET; nullptr when there is none.
    [[nodiscard]] const Operation *find(const QByteArray &method, const QByteArray &path) const;

    /// What an answer has that the contract does not say.
    [[nodiscard]] QStringList problems(const QByteArray &method, const QByteArray &path, int status,
                                       const QByteArray &contentType, const QByteArray &body) const;

private:
    [[nodiscard]] QStringList bodyProblems(const QJsonObject &response, const QByteArray &contentType,
                                           const QByteArray &body) const;

    QJsonObject m_document;
    JsonSchema m_schema;
    QList<Operation> m_operations;
};

} // namespace tower
