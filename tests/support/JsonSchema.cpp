// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/JsonSchema.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <cmath>

namespace tower {

namespace {

bool hasType(const QJsonValue &value, const QString &type)
{
    if (type == u"null")
        return value.isNull();
    if (type == u"boolean")
        return value.isBool();
    if (type == u"string")
        return value.isString();
    if (type == u"array")
        return value.isArray();
    if (type == u"object")
        return value.isObject();
    if (type == u"number")
        return value.isDouble();
    return type == u"integer" && value.isDouble() && std::trunc(value.toDouble()) == value.toDouble();
}

bool hasOneOfTypes(const QJsonValue &value, const QJsonValue &types)
{
    if (types.isString())
        return hasType(value, types.toString());
    const QJsonArray list = types.toArray();
    return std::any_of(list.begin(), list.end(),
                       [&](const QJsonValue &type) { return hasType(value, type.toString()); });
}

QString shown(const QJsonValue &value)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact)).left(120);
}

bool isKnown(const QString &keyword)
{
    static const QStringList known{
        QStringLiteral("type"),      QStringLiteral("properties"), QStringLiteral("required"),
        QStringLiteral("items"),     QStringLiteral("enum"),       QStringLiteral("additionalProperties"),
        QStringLiteral("pattern"),   QStringLiteral("minimum"),    QStringLiteral("maximum"),
        QStringLiteral("minLength"), QStringLiteral("maxLength"),  QStringLiteral("minItems"),
        QStringLiteral("maxItems"),  QStringLiteral("$ref"),       QStringLiteral("description"),
        QStringLiteral("format"),    QStringLiteral("default"),    QStringLiteral("example")};
    return known.contains(keyword);
}

} // namespace

QStringList JsonSchema::problems(const QJsonValue &value, const QJsonObject &schema) const
{
    QStringList out;
    check(value, schema, {}, out);
    return out;
}

QJsonObject JsonSchema::resolve(const QString &reference) const
{
    QJsonObject at = m_document;
    if (!reference.startsWith(u"#/"))
        return {};
    for (const QString &step : reference.mid(2).split(u'/'))
        at = at.value(step).toObject();
    return at;
}

void JsonSchema::check(const QJsonValue &value, const QJsonObject &schema, const QString &at,
                       QStringList &out) const
{
    const auto problem = [&](const QString &text) {
        out << QStringLiteral("%1: %2").arg(at.isEmpty() ? QStringLiteral("/") : at, text);
    };
    for (const QString &keyword : schema.keys()) {
        if (!isKnown(keyword))
            problem(QStringLiteral("the schema uses %1, which nothing here checks").arg(keyword));
    }
    if (schema.contains(u"$ref")) {
        const QJsonObject target = resolve(schema.value(u"$ref").toString());
        if (target.isEmpty())
            return problem(QStringLiteral("%1 leads nowhere").arg(schema.value(u"$ref").toString()));
        check(value, target, at, out);
    }
    if (schema.contains(u"type") && !hasOneOfTypes(value, schema.value(u"type")))
        return problem(
            QStringLiteral("%1 is not of type %2").arg(shown(value), shown(schema.value(u"type"))));
    if (schema.contains(u"enum") && !schema.value(u"enum").toArray().contains(value))
        problem(QStringLiteral("%1 is none of %2").arg(shown(value), shown(schema.value(u"enum"))));

    if (value.isString()) {
        const QString text = value.toString();
        const QRegularExpression pattern(schema.value(u"pattern").toString());
        if (schema.contains(u"pattern") && (!pattern.isValid() || !pattern.match(text).hasMatch()))
            problem(QStringLiteral("%1 does not match %2").arg(shown(value), pattern.pattern()));
        if (text.size() < schema.value(u"minLength").toInteger(0))
            problem(QStringLiteral("is too short"));
        if (text.size() > schema.value(u"maxLength").toInteger(text.size()))
            problem(QStringLiteral("is too long"));
    } else if (value.isDouble()) {
        if (value.toDouble() < schema.value(u"minimum").toDouble(value.toDouble()))
            problem(QStringLiteral("%1 is below the minimum").arg(shown(value)));
        if (value.toDouble() > schema.value(u"maximum").toDouble(value.toDouble()))
            problem(QStringLiteral("%1 is above the maximum").arg(shown(value)));
    } else if (value.isObject()) {
        checkObject(value.toObject(), schema, at, out);
    } else if (value.isArray()) {
        checkArray(value.toArray(), schema, at, out);
    }
}

void JsonSchema::checkObject(const QJsonObject &value, const QJsonObject &schema, const QString &at,
                             QStringList &out) const
{
    for (const QJsonValue &name : schema.value(u"required").toArray()) {
        if (!value.contains(name.toString()))
            out << QStringLiteral("%1: %2 is missing").arg(at, name.toString());
    }
    const QJsonObject properties = schema.value(u"properties").toObject();
    const QJsonValue others = schema.value(u"additionalProperties");
    for (auto it = value.begin(); it != value.end(); ++it) {
        const QString place = at + u'/' + it.key();
        if (properties.contains(it.key()))
            check(it.value(), properties.value(it.key()).toObject(), place, out);
        else if (others.isObject())
            check(it.value(), others.toObject(), place, out);
        else if (others.isBool() && !others.toBool())
            out << QStringLiteral("%1: is not in the schema").arg(place);
    }
}

void JsonSchema::checkArray(const QJsonArray &value, const QJsonObject &schema, const QString &at,
                            QStringList &out) const
{
    if (value.size() < schema.value(u"minItems").toInteger(0))
        out << QStringLiteral("%1: has too few items").arg(at);
    if (value.size() > schema.value(u"maxItems").toInteger(value.size()))
        out << QStringLiteral("%1: has too many items").arg(at);
    if (!schema.contains(u"items"))
        return;
    for (qsizetype i = 0; i < value.size(); ++i)
        check(value.at(i), schema.value(u"items").toObject(), QStringLiteral("%1/%2").arg(at).arg(i), out);
}

} // namespace tower
