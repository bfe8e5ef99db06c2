// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/api/ApiFixture.h"

#include <QCryptographicHash>

#include <map>

namespace tower::test {

inline constexpr quint32 adminNumber = 100;
inline constexpr quint32 timmyNumber = 40;
inline const QByteArray manage = "/api/relay/manage";

inline QByteArray callBody(const char *method, const QJsonArray &params = {})
{
    return QJsonDocument(QJsonObject{{"method", method}, {"params", params}}).toJson(QJsonDocument::Compact);
}

/// What a NIP-98 event says; each test spoils one thing.
struct Header
{
    Header(const ApiFixture &api, const QByteArray &path, const QByteArray &sentBody)
        : at(api.clock.now())
        , url("http://" + api.host() + path)
        , body(sentBody)
    {
    }

    Millis at;
    QByteArray url;
    QByteArray body;
    QByteArray method = "POST";
    int kind = 27'235;
    quint32 signer = adminNumber;
    bool withPayload = true;
    bool withGoodSignature = true;

    [[nodiscard]] Event event() const
    {
        Event out;
        out.pubkey = testPubKey(signer);
        out.createdAt = at.value() / 1000;
        out.kind = kind;
        out.tags = {{"u", url}, {"method", method}};
        if (withPayload)
            out.tags.push_back(
                {"payload", QCryptographicHash::hash(body, QCryptographicHash::Sha256).toHex()});
        out.id = out.computedId();
        out.signature = testKey(withGoodSignature ? signer : signer + 1).sign(out.id.bytes(), {});
        return out;
    }
    [[nodiscard]] QByteArray text() const { return "Nostr " + event().toJson().toBase64(); }
};

struct ManagedApi : ApiFixture
{
    explicit ManagedApi(const QString &engine, Settings::Values values = {})
        : ApiFixture(engine, withAdmin(std::move(values)))
    {
        relayAccounts.seedElite(testPubKey(timmyNumber));
        restartApi();
    }
    static Settings::Values withAdmin(Settings::Values values)
    {
        values.insert({QStringLiteral("ADMIN_PUBKEYS"), testPubKey(adminNumber).text()});
        return values;
    }

    Answer send(const QByteArray &path, const QByteArray &body, const QByteArray &authorization)
    {
        return ask(Ask{.method = "POST", .target = path, .body = body}
                       .with("Content-Type", "application/nostr+json+rpc")
                       .with("Authorization", authorization));
    }
    /// A call as it should be. The clock goes on, so that no two are the same event.
    Answer call(const char *method, const QJsonArray &params = {}, const QByteArray &path = manage)
    {
        clock.advance(seconds(1));
        const QByteArray body = callBody(method, params);
        return send(path, body, Header(*this, path, body).text());
    }
    QJsonValue result(const char *method, const QJsonArray &params = {})
    {
        const Answer answer = call(method, params);
        if (answer.status != 200 || answer.json().contains("error"))
            return QString::fromUtf8(answer.body);
        return answer.json().value("result");
    }
    QStringList actionsOn(const QString &subject)
    {
        QStringList out;
        for (const ActivityRow &row : activity.list({.subject = subject}, {100, {}}).items) {
            if (row.entry.actor == QStringLiteral("admin:") + testPubKey(adminNumber).text())
                out.prepend(row.entry.action);
        }
        return out;
    }
};

/// One for all rows that change nothing: a database for each would take minutes. The clock goes on, so that
/// no two good headers are the same.
class UntouchedApis
{
public:
    ManagedApi &operator()(const QString &engine)
    {
        std::unique_ptr<ManagedApi> &api = m_all[engine];
        if (!api)
            api = std::make_unique<ManagedApi>(engine);
        api->clock.advance(seconds(1));
        return *api;
    }

private:
    std::map<QString, std::unique_ptr<ManagedApi>> m_all;
};

} // namespace tower::test
