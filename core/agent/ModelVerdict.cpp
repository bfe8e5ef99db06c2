// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/ModelVerdict.h"

#include "core/base/Text.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace tower {

namespace {

constexpr qsizetype maximumReason = 500;

} // namespace

std::optional<ModelVerdict> readVerdict(const QString &answer, std::initializer_list<QString> words)
{
    const QJsonObject object = QJsonDocument::fromJson(answer.trimmed().toUtf8()).object();
    const QString verdict = object.value(QLatin1String("verdict")).toString();
    const QJsonValue reason = object.value(QLatin1String("reason"));
    const bool known = std::find(words.begin(), words.end(), verdict) != words.end();
    if (object.size() != 2 || !known || !reason.isString())
        return std::nullopt;
    return ModelVerdict{verdict, safeText(reason.toString().simplified(), maximumReason)};
}

} // namespace tower
