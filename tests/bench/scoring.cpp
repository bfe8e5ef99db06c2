// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Scores of all providers at once, beside a scorer as one would write it down first: a hash map of hash maps,
// and the same asked for each provider. Then signatures on all cores beside one after the other. All in one
// run, on one machine, so that ratios mean something.
#include "core/receipts/Scoring.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"
#include "tests/bench/Table.h"

#include <QThread>
#include <QtConcurrentMap>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <unordered_map>

using namespace tower;
using namespace tower::bench;

namespace {

constexpr std::size_t receiptCount = 1'000'000;
constexpr quint32 consumerCount = 10'000;
constexpr quint32 providerCount = 1'000;
constexpr std::size_t signatureCount = 20'000;
constexpr Millis now = days(20'000);
const ReceiptCheck yes = [](const Receipt &) { return true; };

template <class Work>
double secondsOf(Work &&work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Work>
double bestOf(int rounds, Work &&work)
{
    double best = 1e9;
    for (int i = 0; i < rounds; ++i)
        best = std::min(best, secondsOf(work));
    return best;
}

/// As long as an npub, and as distinct.
QByteArray nameOf(char kind, quint32 n)
{
    return "npub1" + QByteArray(1, kind) + QByteArray::number(n).rightJustified(57, 'q');
}

std::vector<Receipt> someReceipts(std::size_t count)
{
    std::vector<QByteArray> providers, consumers;
    for (quint32 i = 0; i < providerCount; ++i)
        providers.push_back(nameOf('p', i));
    for (quint32 i = 0; i < consumerCount; ++i)
        consumers.push_back(nameOf('c', i));
    std::mt19937 random(1);
    std::vector<Receipt> out(count);
    for (Receipt &receipt : out) {
        receipt.providerNpub = providers[random() % providerCount];
        receipt.consumerNpub = consumers[random() % consumerCount];
        receipt.successFlag = static_cast<double>(random() % 101) / 100.0;
        receipt.durationDelivered = 3'600;
        receipt.consumerSignature = receipt.providerCoSignature = "signed";
    }
    return out;
}

/// What a first version looks like: all that a provider needs, in hash maps keyed by the names.
struct PlainScorer
{
    struct Tally
    {
        std::int64_t count = 0;
        double flags = 0;
    };

    void add(const Receipt &receipt)
    {
        const std::string provider = receipt.providerNpub.toStdString();
        const std::string consumer = receipt.consumerNpub.toStdString();
        Tally &tally = byProvider[provider][consumer];
        ++tally.count;
        tally.flags += receipt.successFlag;
        ++ofConsumer[consumer];
    }
    double score(const std::string &provider)
    {
        double out = 0;
        for (const auto &[consumer, tally] : byProvider[provider]) {
            const double share = static_cast<double>(tally.count) / static_cast<double>(ofConsumer[consumer]);
            out += tally.flags * (share > 0.20 ? 0.20 / share : 1);
        }
        return out;
    }

    std::unordered_map<std::string, std::unordered_map<std::string, Tally>> byProvider;
    std::unordered_map<std::string, std::int64_t> ofConsumer;
};

double plainTotal(const std::vector<Receipt> &receipts)
{
    PlainScorer plain;
    for (const Receipt &receipt : receipts)
        plain.add(receipt);
    double total = 0;
    for (quint32 i = 0; i < providerCount; ++i)
        total += plain.score(nameOf('p', i).toStdString());
    return total;
}

double totalOf(const std::vector<Receipt> &receipts, const ConsumersSeen &consumers)
{
    double total = 0;
    for (const ProviderScore &score : scoreAll(receipts, consumers, now, {}, yes, yes))
        total += score.score;
    return total;
}

void scores()
{
    heading("Scores of 1,000,000 receipts, 10,000 consumers, 1,000 providers");
    const std::vector<Receipt> receipts = someReceipts(receiptCount);
    ConsumersSeen consumers;
    for (quint32 i = 0; i < consumerCount; ++i)
        consumers.insert(nameOf('c', i), Millis(0));

    double ours = 0, plain = 0;
    const double oursSeconds = bestOf(3, [&] { ours = totalOf(receipts, consumers); });
    const double plainSeconds = bestOf(3, [&] { plain = plainTotal(receipts); });
    const double oneSeconds =
        bestOf(3, [&] { scoreProvider(nameOf('p', 1), receipts, consumers, now, {}, yes, yes); });
    const std::vector<Receipt> tenth = someReceipts(receiptCount / 10);
    const double tenthSeconds = bestOf(3, [&] { totalOf(tenth, consumers); });

    constexpr auto count = static_cast<double>(receiptCount);
    rate("scoreAll, receipts", count / oursSeconds);
    rate("hash map of hash maps, receipts", count / plainSeconds);
    rate("one provider after the other, receipts (from one provider)", count / (oneSeconds * providerCount));
    std::printf("  both say %.6f and %.6f in all\n", ours, plain);
    goal("scoreAll beside the hash maps", plainSeconds / oursSeconds, "x", plainSeconds / oursSeconds >= 3,
         ">= 3");
    goal("scoreAll beside provider after provider", oneSeconds * providerCount / oursSeconds, "x",
         oneSeconds * providerCount / oursSeconds >= 3, ">= 3");
    goal("time for ten times the receipts", oursSeconds / tenthSeconds, "x", oursSeconds / tenthSeconds <= 20,
         "linear: ~10");
}

void signatures()
{
    heading("Signatures of receipts, two each");
    std::vector<Receipt> receipts = someReceipts(signatureCount);
    const SecretKey key = *SecretKey::fromBytes(QByteArray(32, 7));
    const QString asLongAsAProof(600, u'e');
    quint32 n = 0;
    for (Receipt &receipt : receipts) {
        receipt.paymentProof = {QStringLiteral("https://mint.example"), asLongAsAProof};
        receipt.leaseId = QStringLiteral("lease-%1").arg(n++);
        receipt.consumerNpub = receipt.providerNpub = toNpub(key.pubKey());
        const std::array<std::uint8_t, 64> signature = key.sign(receipt.digest(), {});
        receipt.consumerSignature = receipt.providerCoSignature =
            QByteArray(reinterpret_cast<const char *>(signature.data()), 64).toHex();
    }
    // Bare: nothing but the two checks on the curve; on one core, and on all of them at once.
    const std::array<std::uint8_t, 32> digest = receipts[0].digest();
    const std::array<std::uint8_t, 64> signature = key.sign(digest, {});
    const PubKey pubKey = key.pubKey();
    std::atomic<std::size_t> held = 0;
    const auto check = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            held += verifySchnorr(pubKey, digest, signature) ? 1 : 0;
    };
    constexpr std::size_t block = 500;
    const auto checkBlock = [&](int) { check(block); };
    const std::vector<int> blocks(2 * signatureCount / block);

    // By turns, so that whatever else the machine does meets all of them.
    double bare = 1e9, bareOnAll = 1e9, ours = 1e9;
    for (int round = 0; round < 5; ++round) {
        bare = std::min(bare, 4 * secondsOf([&] { check(2 * signatureCount / 4); }));
        bareOnAll = std::min(bareOnAll, secondsOf([&] { QtConcurrent::blockingMap(blocks, checkBlock); }));
        ours = std::min(ours, secondsOf([&] {
                            const std::vector<std::uint8_t> hold = signaturesHold(receipts);
                            held += static_cast<std::size_t>(std::count(hold.begin(), hold.end(), 1));
                        }));
    }
    const int cores = QThread::idealThreadCount();
    rate("bare, one core, signatures", 2.0 * signatureCount / bare);
    rate("bare, all cores, signatures", 2.0 * signatureCount / bareOnAll, std::to_string(cores) + " cores");
    rate("signaturesHold, signatures", 2.0 * signatureCount / ours, std::to_string(cores) + " cores");
    const double ratio = bare / (ours * cores);
    goal("of the bare rate x cores", 100 * ratio, "%", ratio >= 0.9, ">= 90");
    const double ratioOnAll = bareOnAll / ours;
    goal("of the bare rate on all cores (others may use them too)", 100 * ratioOnAll, "%", ratioOnAll >= 0.9,
         ">= 90");
    std::printf("  %zu held\n", held.load());
}

} // namespace

int main()
{
    scores();
    signatures();
}
