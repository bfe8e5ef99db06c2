// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/Providers.h"

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/JsonNumber.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"

#include <QJsonArray>

#include <algorithm>

namespace tower {

namespace {

bool isBetter(const ProviderScore &a, const ProviderScore &b)
{
    return a.score != b.score ? a.score > b.score : a.npub < b.npub;
}

ProviderScore placeOf(const QString &cursor)
{
    const Cursor decoded = Cursor::decode(cursor);
    bool isNumber = false;
    ProviderScore out;
    out.score = decoded.key.toDouble(&isNumber);
    out.npub = decoded.id.toUtf8();
    if (!isNumber)
        throw badRequest("cursor", QStringLiteral("The cursor is not one of this list."));
    return out;
}

QJsonObject toJson(const std::array<std::int64_t, receiptDrops> &dropped)
{
    QJsonObject out;
    for (std::size_t i = 0; i < receiptDrops; ++i)
        out.insert(toText(static_cast<ReceiptDrop>(i)), jsonNumber(dropped[i]));
    return out;
}

} // namespace

ScoreHeuristics scoreHeuristics(const Settings &settings)
{
    return {days(settings.integer(Setting::ReceiptMinConsumerDays)),
            settings.millionths(Setting::ReceiptMaxShare)};
}

std::vector<ProviderScore> Providers::scores(const ReceiptWindow &window)
{
    ScoreTable table;
    m_store.score(table, window);
    return table.scores(m_store.consumers(), m_now, m_heuristics);
}

std::vector<ProviderScore> Providers::bestFirst(const ReceiptWindow &window)
{
    std::vector<ProviderScore> out = scores(window);
    std::sort(out.begin(), out.end(), isBetter);
    return out;
}

Page<ProviderScore> Providers::page(const std::vector<ProviderScore> &bestFirst, const PageRequest &request)
{
    Page<ProviderScore> out;
    out.totalIsExact = bestFirst.size() <= static_cast<std::size_t>(Page<ProviderScore>::countLimit);
    out.total = std::min(static_cast<std::int64_t>(bestFirst.size()), Page<ProviderScore>::countLimit);
    auto first = bestFirst.begin();
    if (!request.cursor.isEmpty())
        first = std::upper_bound(bestFirst.begin(), bestFirst.end(), placeOf(request.cursor), isBetter);
    const auto last = first + std::min<std::ptrdiff_t>(request.limit, bestFirst.end() - first);
    out.items.assign(first, last);
    if (last != bestFirst.end()) {
        const ProviderScore &end = out.items.back();
        out.nextCursor =
            Cursor{QString::fromLatin1(ecmaScriptNumber(end.score)), QString::fromUtf8(end.npub)}.encode();
    }
    return out;
}

std::optional<ProviderDetail> Providers::detail(const QByteArray &npub, const ReceiptWindow &window)
{
    if (!m_store.hasProvider(npub))
        return std::nullopt;
    ScoreTable table;
    m_store.score(table, window, npub);
    ProviderDetail out;
    out.score.npub = npub; // it may have no receipt in the window
    for (ProviderScore &score : table.scores(m_store.consumers(npub), m_now, m_heuristics)) {
        if (score.npub == npub)
            out.score = std::move(score);
    }
    const Millis oldest = m_now - m_heuristics.minimumAge;
    for (const ReceiptStore::Seen &seen : m_store.ofYoungConsumers(npub, window, oldest, maximumDropped)) {
        if (const auto reason = dropOf(seen.consumerSeen, m_now, m_heuristics))
            out.dropped.push_back({seen.leaseId, seen.consumerNpub, seen.countsAt, *reason});
    }
    return out;
}

QJsonObject Providers::snapshot()
{
    const Millis start(m_now.value() / days(1).value() * days(1).value());
    // What came in later belongs to the next day's snapshot, whatever time it claims.
    ReceiptWindow window;
    window.seenBefore = start;
    ScoreTable table;
    m_store.score(table, window);
    QJsonArray providers;
    for (const ProviderScore &score : table.scores(m_store.consumers(), start, m_heuristics))
        providers.append(tower::toJson(score));
    return {
        {QStringLiteral("asOf"), toIso(start)},
        {QStringLiteral("minConsumerDays"), jsonNumber(m_heuristics.minimumAge.value() / days(1).value())},
        {QStringLiteral("maxShare"), static_cast<double>(m_heuristics.maximumShare) / 1'000'000},
        {QStringLiteral("providers"), providers}};
}

QJsonObject toJson(const ProviderScore &score)
{
    const std::optional<PubKey> key = fromNpub(score.npub);
    return {{QStringLiteral("npub"), QString::fromUtf8(score.npub)},
            {QStringLiteral("pubkey"), key ? QJsonValue(key->text()) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("score"), score.score},
            {QStringLiteral("receiptsCounted"), jsonNumber(score.counted)},
            {QStringLiteral("receiptsDropped"), jsonNumber(score.droppedInAll())},
            {QStringLiteral("dropReasons"), toJson(score.dropped)},
            {QStringLiteral("consumers"), jsonNumber(score.consumers)},
            {QStringLiteral("successRate"),
             score.successRate ? QJsonValue(*score.successRate) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("deliveredHours"), static_cast<double>(score.deliveredSeconds) / 3'600}};
}

QByteArray signedSnapshot(QJsonObject snapshot, const TimmyIdentity &timmy)
{
    snapshot.insert(QStringLiteral("signer"), QString::fromLatin1(timmy.npub()));
    const std::array<std::uint8_t, 64> signature = timmy.signDigest(sha256(canonicalJson(snapshot)));
    const QByteArray hex =
        QByteArray(reinterpret_cast<const char *>(signature.data()), static_cast<qsizetype>(signature.size()))
            .toHex();
    snapshot.insert(QStringLiteral("signature"), QString::fromLatin1(hex));
    return canonicalJson(snapshot);
}

} // namespace tower
