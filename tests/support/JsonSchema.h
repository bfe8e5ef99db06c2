// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QStringList>

namespace tower {

/// The part of JSON Schema (2020-12) that openapi.yaml uses: type (one or a list), properties, required,
/// additionalProperties, items, enum, pattern, minimum, maximum, minLength, maxLength, minItems, maxItems and
/// $ref within the document. A keyword that it does not know is a problem, so that none is taken for checked.
class JsonSchema
{
public:
    /// `document`: what "#/..." references point into.
    explicit JsonSchema(QJsonObject document)
        : m_document(std::move(document))
    {
    }

    /// What is wrong with `value`, each with its place ("/items/0/level: ..."); empty when nothing is.
    [[nodiscard]] QStringList problems(const QJsonValue &value, const QJsonObject &schema) const;
    /// The object that a "#/..." reference names; empty when there is none.
    [[nodiscard]] QJsonObject resolve(const QString &reference) const;

private:
    void check(const QJsonValue &value, const QJsonObject &schema, const QString &at, QStringList &out) const;
    void checkObject(const QJsonObject &value, const QJsonObject &schema, const QString &at,
                     QStringList &out) const;
    void checkArray(const QJsonArray &value, const QJsonObject &schema, const QString &at,
                    QStringList &out) const;

    QJsonObject m_document;
};

} // namespace tower
