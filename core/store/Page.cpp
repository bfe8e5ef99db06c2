// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Page.h"

#include "core/base/Error.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace tower {

namespace {
constexpr qsizetype maximumCursorLength = 2048;
constexpr auto alphabet = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
} // namespace

QString Cursor::encode() const
{
    const QByteArray json = QJsonDocument(QJsonArray{key, id}).toJson(QJsonDocument::Compact);
    return QString::fromLatin1(json.toBase64(alphabet));
}

Cursor Cursor::decode(const QString &text)
{
    const ServiceError bad = badRequest("cursor", QStringLiteral("The cursor is not one that a list gave."));
    if (text.size() > maximumCursorLength)
        throw bad;
    const auto decoded =
        QByteArray::fromBase64Encoding(text.toUtf8(), alphabet | QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        throw bad;
    const QJsonArray parts = QJsonDocument::fromJson(*decoded).array();
    if (parts.size() != 2 || !parts[0].isString() || !parts[1].isString())
        throw bad;
    return {parts[0].toString(), parts[1].toString()};
}

} // namespace tower
