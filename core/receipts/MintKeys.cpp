// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/MintKeys.h"

#include "core/base/Error.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tower {

namespace {

const char *const mintField = "payment_proof.mint_url";

ServiceError badMint(const QString &sentence)
{
    return badRequest(mintField, sentence, "bad_mint_url");
}

ServiceError mintFailed(const QString &sentence)
{
    return badRequest(mintField, sentence, "mint_unavailable");
}

ServiceError stopping()
{
    return unavailable(QStringLiteral("The program is stopping."), "stopping");
}

/// Where a mint's keys are. Throws "bad_mint_url" for what can't be a mint's address.
QUrl keysUrl(const QString &mintUrl)
{
    QUrl url(mintUrl, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty())
        throw badMint(QStringLiteral("mint_url is neither a web address nor lightning:."));
    if (url.hasQuery() || url.hasFragment())
        throw badMint(QStringLiteral("mint_url holds more than a host and a path."));
    QString path = url.path(QUrl::FullyEncoded);
    while (path.endsWith(u'/'))
        path.chop(1);
    url.setPath(path + QStringLiteral("/v1/keys"), QUrl::TolerantMode);
    return url;
}

QString nameOfKey(const QString &keysetId, const QString &amount)
{
    return keysetId + u'/' + amount;
}

/// {"keysets": [{"id", "keys": {"1": "02...", "2": ...}}]}; what is no key is passed over.
QHash<QString, CurvePoint> readKeys(const QByteArray &body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    if (!document.object().value(u"keysets").isArray())
        throw mintFailed(QStringLiteral("The mint's answer holds no keysets."));
    QHash<QString, CurvePoint> out;
    for (const QJsonValue keyset : document.object().value(u"keysets").toArray()) {
        const QString id = keyset[u"id"].toString();
        const QJsonObject keys = keyset[u"keys"].toObject();
        for (auto key = keys.begin(); key != keys.end(); ++key) {
            if (const auto point = curvePointFromHex(key.value().toString().toLatin1()))
                out.insert(nameOfKey(id, key.key()), *point);
        }
    }
    return out;
}

} // namespace

MintKeys::MintKeys(const Settings &settings, const Clock &clock, PublicHttp::Network network, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_http(settings, std::move(network), QStringLiteral("The mint"), maximumBody)
{
}

QCoro::Task<std::optional<CurvePoint>> MintKeys::key(QString mintUrl, QString keysetId, std::uint64_t amount)
{
    const QPointer<MintKeys> self(this);
    const QUrl url = keysUrl(mintUrl);
    const QString mint = url.toString(QUrl::FullyEncoded);
    const QString name = nameOfKey(keysetId, QString::number(amount));
    auto known = m_mints.constFind(mint);
    const bool isFresh = known != m_mints.constEnd() && m_clock.now() - known->askedAt < askAgainAfter;
    if (!isFresh && (known == m_mints.constEnd() || !known->keys.contains(name))) {
        QCoro::Task<QByteArray> getting = get(url);
        const QByteArray body = co_await getting;
        if (!self)
            throw stopping();
        keep(mint, readKeys(body));
        known = m_mints.constFind(mint);
    }
    const auto found = known->keys.constFind(name);
    co_return found == known->keys.constEnd() ? std::nullopt : std::optional<CurvePoint>(*found);
}

void MintKeys::keep(const QString &mintUrl, Keys keys)
{
    if (m_mints.size() >= static_cast<qsizetype>(maximumMints) && !m_mints.contains(mintUrl)) {
        const auto oldest =
            std::min_element(m_mints.begin(), m_mints.end(),
                             [](const Mint &a, const Mint &b) { return a.askedAt < b.askedAt; });
        m_mints.erase(oldest);
    }
    Mint &mint = m_mints[mintUrl];
    mint.askedAt = m_clock.now();
    // A mint leaves keysets out that it no longer signs with; what they have signed stays signed.
    mint.keys.insert(keys);
}

QCoro::Task<QByteArray> MintKeys::get(QUrl url)
{
    const QPointer<MintKeys> self(this);
    const QDeadlineTimer deadline(std::chrono::milliseconds(m_patience.value()));
    QCoro::Task<PublicHttp::Answer> asking = m_http.get(url, deadline);
    const PublicHttp::Answer answer = co_await asking;
    if (!self)
        throw stopping();
    switch (answer.fault) {
    case PublicHttp::Fault::Stopped:
        throw stopping();
    case PublicHttp::Fault::Address:
        throw badMint(answer.problem);
    case PublicHttp::Fault::Network:
        throw mintFailed(answer.problem);
    case PublicHttp::Fault::None:
        break;
    }
    if (answer.status != 200)
        throw mintFailed(QStringLiteral("The mint answered with status %1.").arg(answer.status));
    co_return answer.body;
}

} // namespace tower
