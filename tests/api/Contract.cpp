// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/api/Contract.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <yaml-cpp/yaml.h>

namespace tower {

namespace {

QJsonValue fromScalar(const YAML::Node &node)
{
    const QString text = QString::fromStdString(node.Scalar());
    if (node.Tag() == "!") // quoted, or a block: a string whatever it says
        return text;
    if (text == u"true" || text == u"false")
        return text == u"true";
    if (text == u"null" || text == u"~" || text.isEmpty())
        return QJsonValue::Null;
    bool ok = false;
    const double number = text.toDouble(&ok);
    return ok ? QJsonValue(number) : QJsonValue(text);
}

QJsonValue toJson(const YAML::Node &node)
{
    if (node.IsMap()) {
        QJsonObject out;
        for (const auto &entry : node)
            out.insert(QString::fromStdString(entry.first.Scalar()), toJson(entry.second));
        return out;
    }
    if (node.IsSequence()) {
        QJsonArray out;
        for (const auto &entry : node)
            out.append(toJson(entry));
        return out;
    }
    return node.IsScalar() ? fromScalar(node) : QJsonValue(QJsonValue::Null);
}

/// True when `path` fills the template; `literal` segments win, so the caller asks for the fewest parameters.
bool fits(const QByteArray &pattern, const QByteArray &path)
{
    const QByteArrayList asked = path.split('/');
    const QByteArrayList segments = pattern.split('/');
    if (asked.size() != segments.size())
        return false;
    for (qsizetype i = 0; i < asked.size(); ++i) {
        if (!segments[i].startsWith('{') && segments[i] != asked[i])
            return false;
    }
    return true;
}

} // namespace

Contract::Contract()
    : m_document(toJson(YAML::LoadFile(TOWER_SOURCE_DIR "/resources/openapi.yaml")).toObject())
    , m_schema(m_document)
{
    const QJsonObject paths = m_document.value(u"paths").toObject();
    for (auto path = paths.begin(); path != paths.end(); ++path) {
        const QJsonObject item = path.value().toObject();
        for (auto method = item.begin(); method != item.end(); ++method)
            m_operations.append(
                {method.key().toUpper().toLatin1(), path.key().toLatin1(), method.value().toObject()});
    }
}

const Contract::Operation *Contract::find(const QByteArray &method, const QByteArray &path) const
{
    const QByteArray wanted = method == "HEAD" ? "GET" : method;
    const Operation *best = nullptr;
    for (const Operation &operation : m_operations) {
        if (operation.method != wanted || !fits(operation.path, path))
            continue;
        if (!best || operation.path.count('{') < best->path.count('{'))
            best = &operation;
    }
    return best;
}

QStringList Contract::problems(const QByteArray &method, const QByteArray &path, int status,
                               const QByteArray &contentType, const QByteArray &body) const
{
    const Operation *operation = find(method, path);
    if (!operation) {
        // 404, 405 and OPTIONS are the router's for every path.
        if (status == 204)
            return {};
        if (status != 404 && status != 405 && status != 403)
            return {QStringLiteral("%1 is answered, and is not in the contract").arg(status)};
        return bodyProblems(m_schema.resolve(QStringLiteral("#/components/responses/NotFound")), contentType,
                            body);
    }
    QJsonObject response =
        operation->object.value(u"responses").toObject().value(QString::number(status)).toObject();
    if (response.contains(u"$ref"))
        response = m_schema.resolve(response.value(u"$ref").toString());
    if (response.isEmpty())
        return {QStringLiteral("%1 is not among the answers: %2")
                    .arg(status)
                    .arg(QString::fromUtf8(body.left(200)))};
    if (method == "HEAD")
        return {};
    return bodyProblems(response, contentType, body);
}

QStringList Contract::bodyProblems(const QJsonObject &response, const QByteArray &contentType,
                                   const QByteArray &body) const
{
    const QString type = QString::fromLatin1(contentType.split(';').first().trimmed());
    const QJsonObject content = response.value(u"content").toObject();
    if (!content.contains(type))
        return {QStringLiteral("the Content-Type %1 is not in the contract").arg(type)};
    const QJsonObject schema = content.value(type).toObject().value(u"schema").toObject();
    if (!type.endsWith(u"json"))
        return m_schema.problems(QString::fromUtf8(body), schema);
    const QJsonDocument json = QJsonDocument::fromJson(body);
    if (json.isNull())
        return {QStringLiteral("the body is not JSON: %1").arg(QString::fromUtf8(body.left(200)))};
    return m_schema.problems(json.isArray() ? QJsonValue(json.array()) : QJsonValue(json.object()), schema);
}

} // namespace tower
