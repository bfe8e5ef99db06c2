// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/HttpMessage.h"

#include "core/base/Error.h"

#include <QJsonDocument>
#include <QRandomGenerator>
#include <QUuid>

#include <algorithm>
#include <array>

namespace tower {

namespace {

QString decoded(QByteArrayView text)
{
    QByteArray bytes = text.toByteArray();
    bytes.replace('+', ' ');
    return QString::fromUtf8(QByteArray::fromPercentEncoding(bytes));
}

} // namespace

QByteArray HttpRequest::header(QByteArrayView name) const
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

QString HttpRequest::parameter(QByteArrayView name) const
{
    for (const auto &[key, value] : parameters) {
        if (key == name)
            return value;
    }
    return {};
}

std::optional<QString> HttpRequest::queryValue(QByteArrayView name) const
{
    const QString wanted = QString::fromUtf8(name);
    QByteArrayView rest(query);
    while (!rest.isEmpty()) {
        const qsizetype end = rest.indexOf('&');
        const QByteArrayView item = end < 0 ? rest : rest.first(end);
        rest = end < 0 ? QByteArrayView() : rest.sliced(end + 1);
        const qsizetype equals = item.indexOf('=');
        if (decoded(equals < 0 ? item : item.first(equals)) == wanted)
            return equals < 0 ? QString() : decoded(item.sliced(equals + 1));
    }
    return std::nullopt;
}

int HttpRequest::queryInteger(QByteArrayView name, int fallback, int minimum, int maximum) const
{
    const std::optional<QString> text = queryValue(name);
    if (!text)
        return fallback;
    bool ok = false;
    const int value = text->toInt(&ok);
    if (!ok || value < minimum || value > maximum) {
        throw badRequest(name.toByteArray(), QStringLiteral("“%1” must be a whole number from %2 to %3.")
                                                 .arg(QString::fromUtf8(name), QString::number(minimum),
                                                      QString::number(maximum)));
    }
    return value;
}

QJsonObject HttpRequest::json() const
{
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(body, &error);
    if (error.error != QJsonParseError::NoError)
        throw badRequest("body", QStringLiteral("The body is not JSON: %1.").arg(error.errorString()));
    if (!document.isObject())
        throw badRequest("body", QStringLiteral("The body must be a JSON object."));
    return document.object();
}

HttpResponse HttpResponse::json(const QJsonObject &object, int status)
{
    return text(QJsonDocument(object).toJson(QJsonDocument::Compact), "application/json", status);
}

HttpResponse HttpResponse::json(const QJsonArray &array, int status)
{
    return text(QJsonDocument(array).toJson(QJsonDocument::Compact), "application/json", status);
}

HttpResponse HttpResponse::text(QByteArray body, QByteArray contentType, int status)
{
    HttpResponse response;
    response.status = status;
    response.contentType = std::move(contentType);
    response.body = std::move(body);
    return response;
}

HttpResponse HttpResponse::error(int status, const QByteArray &code, const QString &sentence,
                                 const QByteArray &field)
{
    QJsonObject object{{QStringLiteral("error"), sentence},
                       {QStringLiteral("code"), QString::fromUtf8(code)}};
    if (!field.isEmpty())
        object.insert(QStringLiteral("field"), QString::fromUtf8(field));
    return json(object, status);
}

bool HttpResponse::hasHeader(QByteArrayView name) const
{
    return std::any_of(headers.begin(), headers.end(), [name](const auto &header) {
        return header.first.compare(name, Qt::CaseInsensitive) == 0;
    });
}

QByteArray newRequestId()
{
    // Not a secret, so the fast generator will do: QUuid::createUuid() asks the kernel each time.
    std::array<quint32, 4> words{};
    QRandomGenerator::global()->fillRange(words.data(), static_cast<qsizetype>(words.size()));
    QUuid id(words[0], static_cast<ushort>(words[1] >> 16),
             static_cast<ushort>((words[1] & 0x0fff) | 0x4000),  // version 4
             static_cast<uchar>((words[2] >> 24 & 0x3f) | 0x80), // RFC 4122 variant
             static_cast<uchar>(words[2] >> 16), static_cast<uchar>(words[2] >> 8),
             static_cast<uchar>(words[2]), static_cast<uchar>(words[3] >> 24),
             static_cast<uchar>(words[3] >> 16), static_cast<uchar>(words[3] >> 8),
             static_cast<uchar>(words[3]));
    return id.toByteArray(QUuid::WithoutBraces);
}

} // namespace tower
