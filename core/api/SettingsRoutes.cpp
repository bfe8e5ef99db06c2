// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/AdminRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/base/Secrets.h"

namespace tower {

namespace {

QJsonObject settingJson(const Settings &settings, const SettingSpec &spec)
{
    return {{QStringLiteral("name"), QString::fromLatin1(spec.name)},
            {QStringLiteral("group"), QString::fromUtf8(spec.group)},
            {QStringLiteral("value"), settings.text(spec.setting)},
            {QStringLiteral("default"), QString::fromUtf8(spec.defaultText)},
            {QStringLiteral("source"), Settings::sourceName(settings.source(spec.setting))},
            {QStringLiteral("fixed"), settings.isFixed(spec.setting)},
            {QStringLiteral("restart"), spec.restart},
            {QStringLiteral("meaning"), QString::fromUtf8(spec.meaning)}};
}

HttpResponse listed(const Settings &settings, const Secrets &secrets)
{
    QJsonArray items;
    for (const SettingSpec &spec : Settings::catalogue())
        items.append(settingJson(settings, spec));
    QJsonArray kept;
    for (const SecretSpec &spec : Secrets::catalogue()) {
        kept.append(QJsonObject{{QStringLiteral("name"), QString::fromLatin1(spec.name)},
                                {QStringLiteral("set"), secrets.isSet(spec.secret)},
                                {QStringLiteral("source"), Secrets::sourceName(secrets.source(spec.secret))},
                                {QStringLiteral("meaning"), QString::fromUtf8(spec.meaning)}});
    }
    return HttpResponse::json(
        QJsonObject{{QStringLiteral("items"), items}, {QStringLiteral("secrets"), kept}});
}

/// Numbers and booleans are taken as their text: {"EVAL_FEE_SATS": 12} says what {"EVAL_FEE_SATS": "12"}
/// says.
QString textOf(const QString &name, const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isBool())
        return value.toBool() ? QStringLiteral("1") : QStringLiteral("0");
    if (value.isDouble())
        return value.toVariant().toString();
    throw badRequest(name.toLatin1(), QStringLiteral("%1 must be a string, a number or null.").arg(name));
}

HttpResponse patch(const Settings &settings, SavedSettings &saved, const Secrets &secrets,
                   const HttpRequest &request)
{
    Settings::Changes changes;
    const QJsonObject body = request.json();
    for (auto it = body.begin(); it != body.end(); ++it) {
        const SettingSpec *spec = Settings::find(it.key());
        if (!spec) {
            for (const SecretSpec &secret : Secrets::catalogue()) {
                if (it.key() == QLatin1String(secret.name))
                    throw badRequest(
                        it.key().toLatin1(),
                        QStringLiteral("%1 is a secret: it is never set over the API.").arg(it.key()),
                        "is_a_secret");
            }
            throw badRequest(it.key().left(64).toUtf8(), QStringLiteral("There is no such setting."),
                             "unknown_setting");
        }
        changes[spec->setting] =
            it.value().isNull() ? std::nullopt : std::optional(textOf(it.key(), it.value()));
    }
    if (changes.empty())
        throw badRequest("body", QStringLiteral("Give at least one setting: {\"NAME\": \"value\"}."));
    saved.change(changes, request.actor);
    return listed(settings, secrets);
}

} // namespace

void addSettingsRoutes(Router &router, const Settings &settings, SavedSettings &saved, const Secrets &secrets)
{
    router.add({.method = HttpMethod::Get,
                .pattern = "/api/admin/settings",
                .scope = Scope::Admin,
                .limit = LimitClass::None,
                .handler = SyncHandler([&](const HttpRequest &) { return listed(settings, secrets); })});
    router.add({.method = HttpMethod::Patch,
                .pattern = "/api/admin/settings",
                .scope = Scope::Admin,
                .limit = LimitClass::None,
                .handler = SyncHandler(
                    [&](const HttpRequest &request) { return patch(settings, saved, secrets, request); })});
}

} // namespace tower
