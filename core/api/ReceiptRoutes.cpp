// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ReceiptRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <QCoroFuture>

#include <memory>

namespace tower {

namespace {

/// What a reading of scores takes along to the other thread.
struct Reading
{
    ScoreHeuristics heuristics;
    Millis now;
};

/// The last answer to a question, which reads every receipt: whoever asks the same again gets it at once.
template <class T>
class LastAnswer
{
public:
    /// On what the answer rests.
    struct Question
    {
        ScoreHeuristics heuristics;
        std::int64_t time = 0; ///< the number of the minute or of the day
        std::uint64_t revision = 0;

        friend bool operator==(const Question &, const Question &) = default;
    };

    /// nullptr when it was another question.
    [[nodiscard]] std::shared_ptr<const T> find(const Question &question) const
    {
        return m_question == question ? m_answer : nullptr;
    }
    std::shared_ptr<const T> keep(const Question &question, T answer)
    {
        m_question = question;
        m_answer = std::make_shared<const T>(std::move(answer));
        return m_answer;
    }

private:
    std::optional<Question> m_question;
    std::shared_ptr<const T> m_answer;
};
using LastScores = LastAnswer<std::vector<ProviderScore>>;
using LastSnapshot = LastAnswer<QByteArray>;

QJsonObject shapeOf(const StoredReceipt &stored)
{
    QJsonObject out = stored.receipt.toJson();
    out.insert(QStringLiteral("digest"), QString::fromLatin1(stored.digest));
    return out;
}

QJsonObject shapeOf(const DroppedReceipt &dropped)
{
    return {{QStringLiteral("leaseId"), dropped.leaseId},
            {QStringLiteral("consumerNpub"), QString::fromUtf8(dropped.consumerNpub)},
            {QStringLiteral("at"), toIso(dropped.countsAt)},
            {QStringLiteral("reason"), toText(dropped.reason)}};
}

QJsonObject shapeOf(const ProviderDetail &detail)
{
    QJsonObject out = toJson(detail.score);
    QJsonArray dropped;
    for (const DroppedReceipt &receipt : detail.dropped)
        dropped.append(shapeOf(receipt));
    out.insert(QStringLiteral("dropped"), dropped);
    return out;
}

ReceiptWindow windowOf(const HttpRequest &request)
{
    ReceiptWindow out;
    out.since = queryTime(request, "since");
    out.until = queryTime(request, "until");
    return out;
}

QCoro::Task<HttpResponse> post(ReceiptServices services, HttpRequest request)
{
    const Receipt receipt = readReceipt(request.json());
    QCoro::Task<Receipts::Taken> taking = services.receipts.take(receipt);
    const Receipts::Taken taken = co_await taking;
    co_return HttpResponse::json(shapeOf(taken.stored), taken.isNew ? 201 : 200);
}

QCoro::Task<HttpResponse> list(Reading reading, Reader &reader, std::uint64_t revision,
                               std::shared_ptr<LastScores> lastScores, HttpRequest request)
{
    const QString sort = queryText(request, "sort");
    if (!sort.isEmpty() && sort != QLatin1String("score"))
        throw badRequest("sort", QStringLiteral("sort must be score."));
    const ReceiptWindow window = windowOf(request);
    const PageRequest page = pageOf(request);
    // Receipts that another program stores, and consumers that come of age, show within the minute.
    const LastScores::Question question{reading.heuristics, reading.now.value() / seconds(60).value(),
                                        revision};
    const bool isOfAllTime = !window.since && !window.until;
    std::shared_ptr<const std::vector<ProviderScore>> scores;
    if (isOfAllTime)
        scores = lastScores->find(question);
    if (!scores) {
        const auto work = [reading, window](Database &database) {
            return Providers(database, reading.heuristics, reading.now).bestFirst(window);
        };
        QFuture<std::vector<ProviderScore>> future = reader.run(work);
        std::vector<ProviderScore> read = co_await future;
        scores = isOfAllTime ? lastScores->keep(question, std::move(read))
                             : std::make_shared<const std::vector<ProviderScore>>(std::move(read));
    }
    co_return HttpResponse::json(toJson(Providers::page(*scores, page)));
}

QCoro::Task<HttpResponse> detail(Reading reading, Reader &reader, HttpRequest request)
{
    const QByteArray npub = toNpub(parsePubKey(request.parameter("npub"), "npub"));
    const ReceiptWindow window = windowOf(request);
    const auto work = [reading, npub, window](Database &database) {
        return Providers(database, reading.heuristics, reading.now).detail(npub, window);
    };
    QFuture<std::optional<ProviderDetail>> future = reader.run(work);
    const std::optional<ProviderDetail> read = co_await future;
    if (!read)
        throw notFound(QStringLiteral("There is no receipt of this provider."), "provider_not_found");
    co_return HttpResponse::json(shapeOf(*read));
}

QCoro::Task<HttpResponse> snapshot(Reading reading, Reader &reader, const TimmyIdentity &timmy,
                                   std::shared_ptr<LastSnapshot> lastSnapshot)
{
    const LastSnapshot::Question question{reading.heuristics, reading.now.value() / days(1).value(), 0};
    std::shared_ptr<const QByteArray> text = lastSnapshot->find(question);
    if (!text) {
        const auto work = [reading](Database &database) {
            return Providers(database, reading.heuristics, reading.now).snapshot();
        };
        QFuture<QJsonObject> future = reader.run(work);
        const QJsonObject read = co_await future;
        text = lastSnapshot->keep(question, signedSnapshot(read, timmy));
    }
    co_return HttpResponse::text(*text, "application/json");
}

} // namespace

void addReceiptRoutes(Router &router, const ReceiptServices &services, const Settings &settings,
                      const Clock &clock, Reader &reader)
{
    const auto add = [&router](HttpMethod method, const char *pattern, LimitClass limit,
                               AsyncHandler handler) {
        router.add({.method = method, .pattern = pattern, .limit = limit, .handler = std::move(handler)});
    };
    const auto reading = [&settings, &clock] { return Reading{scoreHeuristics(settings), clock.now()}; };
    add(HttpMethod::Post, "/api/receipts", LimitClass::Create,
        [services](HttpRequest request) { return post(services, std::move(request)); });
    add(HttpMethod::Get, "/api/providers", LimitClass::Public,
        [reading, &reader, services, last = std::make_shared<LastScores>()](HttpRequest request) {
            return list(reading(), reader, services.receipts.revision(), last, std::move(request));
        });
    add(HttpMethod::Get, "/api/providers/snapshot", LimitClass::Public,
        [reading, &reader, services, last = std::make_shared<LastSnapshot>()](HttpRequest) {
            return snapshot(reading(), reader, services.timmy, last);
        });
    add(HttpMethod::Get, "/api/providers/:npub", LimitClass::Public,
        [reading, &reader](HttpRequest request) { return detail(reading(), reader, std::move(request)); });
}

} // namespace tower
