// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/MintKeys.h"

#include "core/base/Error.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QRegularExpression>

#include <algorithm>
#include <chrono>
#include <numeric>
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

ServiceError unexpected(int status)
{
    return mintFailed(QStringLiteral("The mint answered with status %1.").arg(status));
}

ServiceError stopping()
{
    return unavailable(QStringLiteral("The program is stopping."), "stopping");
}

/// Where a mint's keys are: those it signs with. Throws "bad_mint_url" for what can't be a mint's address.
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

/// Where the keys of one keyset are, whether or not the mint signs with it still; nullopt for an id of the
/// old kind, whose characters have a meaning in addresses.
std::optional<QUrl> keysetUrl(const QUrl &keys, const QString &keysetId)
{
    static const QRegularExpression hex(QStringLiteral("^[0-9a-f]{16,66}$"));
    if (!hex.match(keysetId).hasMatch())
        return std::nullopt;
    QUrl out = keys;
    out.setPath(keys.path(QUrl::FullyEncoded) + u'/' + keysetId, QUrl::TolerantMode);
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
    const QString name = QString::number(amount);
    if (!known(mint, keysetId).keys.contains(name) && isDue(m_mints.value(mint).askedAt)) {
        QCoro::Task<void> asking = askMint(mint, url);
        co_await asking;
        if (!self)
            throw stopping();
    }
    Keyset keyset = known(mint, keysetId);
    const std::optional<QUrl> itsUrl = keysetUrl(url, keysetId);
    if (keyset.keys.isEmpty() && itsUrl && isDue(keyset.askedAt)) {
        const QUrl asked = *itsUrl;
        QCoro::Task<void> asking = askKeyset(mint, keysetId, asked);
        co_await asking;
        if (!self)
            throw stopping();
        keyset = known(mint, keysetId);
    }
    const auto found = keyset.keys.constFind(name);
    co_return found == keyset.keys.constEnd() ? std::nullopt : std::optional<CurvePoint>(*found);
}

MintKeys::Keyset MintKeys::known(const QString &mint, const QString &keysetId) const
{
    return m_mints.value(mint).keysets.value(keysetId);
}

bool MintKeys::isDue(std::optional<Millis> askedAt) const
{
    return !askedAt || m_clock.now() - *askedAt >= askAgainAfter;
}

QCoro::Task<void> MintKeys::askMint(QString mint, QUrl url)
{
    const QPointer<MintKeys> self(this);
    QCoro::Task<PublicHttp::Answer> getting = get(url);
    const PublicHttp::Answer answer = co_await getting;
    if (!self)
        throw stopping();
    if (answer.status != 200)
        throw unexpected(answer.status);
    const Keysets found = read(answer.body);
    Mint &kept = mintOf(mint);
    kept.askedAt = m_clock.now();
    add(kept, found);
}

QCoro::Task<void> MintKeys::askKeyset(QString mint, QString keysetId, QUrl url)
{
    const QPointer<MintKeys> self(this);
    QCoro::Task<PublicHttp::Answer> getting = get(url);
    const PublicHttp::Answer answer = co_await getting;
    if (!self)
        throw stopping();
    const bool isUnknown = answer.status >= 400 && answer.status < 500;
    if (answer.status != 200 && !isUnknown)
        throw unexpected(answer.status);
    Keyset keyset;
    if (!isUnknown)
        keyset = read(answer.body).value(keysetId);
    keyset.askedAt = m_clock.now();
    add(mintOf(mint), {{keysetId, keyset}});
}

/// {"keysets": [{"id", "keys": {"1": "02...", "2": ...}}]}; what is no key is passed over.
MintKeys::Keysets MintKeys::read(const QByteArray &body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    if (!document.object().value(u"keysets").isArray())
        throw mintFailed(QStringLiteral("The mint's answer holds no keysets."));
    Keysets out;
    for (const QJsonValue keyset : document.object().value(u"keysets").toArray()) {
        const QJsonObject keys = keyset[u"keys"].toObject();
        for (auto key = keys.begin(); key != keys.end(); ++key) {
            if (const auto point = curvePointFromHex(key.value().toString().toLatin1()))
                out[keyset[u"id"].toString()].keys.insert(key.key(), *point);
        }
    }
    return out;
}

MintKeys::Mint &MintKeys::mintOf(const QString &url)
{
    if (m_mints.size() >= maximumMints && !m_mints.contains(url)) {
        const auto oldest =
            std::min_element(m_mints.begin(), m_mints.end(),
                             [](const Mint &a, const Mint &b) { return a.askedAt < b.askedAt; });
        m_mints.erase(oldest);
    }
    return m_mints[url];
}

void MintKeys::add(Mint &mint, const Keysets &found)
{
    // A mint leaves keysets out that it no longer signs with; what they have signed stays signed.
    mint.keysets.insert(found);
    const qsizetype size =
        std::accumulate(mint.keysets.cbegin(), mint.keysets.cend(), qsizetype{0},
                        [](qsizetype sum, const Keyset &keyset) { return sum + 1 + keyset.keys.size(); });
    if (size > maximumKeys)
        mint.keysets = found;
}

QCoro::Task<PublicHttp::Answer> MintKeys::get(QUrl url)
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
    co_return answer;
}

} // namespace tower
