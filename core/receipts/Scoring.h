// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/receipts/Receipt.h"

#include <QByteArray>
#include <QHash>

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace tower {

/// What keeps many made-up consumers, or one eager one, from lifting a provider.
struct ScoreHeuristics
{
    Millis minimumAge = days(30);
    std::int64_t maximumShare = 200'000; ///< of one consumer's receipts with one provider, in millionths

    friend bool operator==(const ScoreHeuristics &, const ScoreHeuristics &) = default;
};

/// When each consumer was first seen by us. Npubs are opaque here.
using ConsumersSeen = QHash<QByteArray, Millis>;
using ReceiptCheck = std::function<bool(const Receipt &)>;

/// Why a receipt does not count, in the order of the checks.
enum class ReceiptDrop { NotWellFormed, BadSignature, BadPaymentProof, UnknownConsumer, YoungConsumer };
inline constexpr std::size_t receiptDrops = 5;
QString toText(ReceiptDrop drop); ///< not_well_formed, bad_signature ...

/// The first check that a receipt fails; those after it are not made.
std::optional<ReceiptDrop> dropOf(const Receipt &receipt, const ConsumersSeen &consumers, Millis now,
                                  const ScoreHeuristics &heuristics, const ReceiptCheck &verifySignatures,
                                  const ReceiptCheck &verifyPaymentProof);
/// The last two checks alone.
std::optional<ReceiptDrop> dropOf(std::optional<Millis> firstSeen, Millis now,
                                  const ScoreHeuristics &heuristics);

struct ProviderScore
{
    QByteArray npub;
    double score = 0;
    std::int64_t counted = 0;
    std::array<std::int64_t, receiptDrops> dropped{}; ///< by ReceiptDrop
    std::int64_t consumers = 0;                       ///< of the receipts counted, like what follows
    std::optional<double> successRate;
    std::int64_t deliveredSeconds = 0;

    [[nodiscard]] std::int64_t droppedInAll() const;
};

/// The score of one provider over all receipts: a pure function, which does not depend on their order. A
/// receipt that counts adds success_flag * weight; weight = share > maximumShare ? maximumShare / share : 1,
/// where share = (this consumer's well-formed receipts with this provider) / (all of its well-formed ones).
double scoreProvider(const QByteArray &provider, std::span<const Receipt> receipts,
                     const ConsumersSeen &consumers, Millis now, const ScoreHeuristics &heuristics,
                     const ReceiptCheck &verifySignatures, const ReceiptCheck &verifyPaymentProof);

/// The same of every provider in one pass, sorted by npub: bit for bit what scoreProvider says.
std::vector<ProviderScore> scoreAll(std::span<const Receipt> receipts, const ConsumersSeen &consumers,
                                    Millis now, const ScoreHeuristics &heuristics,
                                    const ReceiptCheck &verifySignatures,
                                    const ReceiptCheck &verifyPaymentProof);

/// Success flags summed exactly, as whole multiples of 2^-62, so that the order does not matter.
class ExactSum
{
public:
    void add(double value); ///< 0 or more, below 2^60
    void add(const ExactSum &other) { m_sum += other.m_sum; }
    [[nodiscard]] double value() const;

private:
    __extension__ using Wide = unsigned __int128;
    Wide m_sum = 0;
};

/// Takes receipts one by one, some thirty bytes of each, and scores at the end: time and memory grow with the
/// receipts, whatever the number of providers.
class ScoreTable
{
public:
    /// `drop`: the first check that it failed, of those that can be made before all receipts are there.
    void add(QByteArrayView provider, QByteArrayView consumer, double successFlag,
             std::int64_t deliveredSeconds, std::optional<ReceiptDrop> drop = std::nullopt);
    /// Sorted by npub.
    [[nodiscard]] std::vector<ProviderScore> scores(const ConsumersSeen &consumers, Millis now,
                                                    const ScoreHeuristics &heuristics) const;

private:
    /// Numbers names in the order in which they come.
    class Names
    {
    public:
        std::uint32_t number(QByteArrayView name);
        [[nodiscard]] const std::vector<QByteArray> &all() const { return m_names; }

    private:
        void grow();

        struct Slot
        {
            std::size_t hash = 0;
            std::uint32_t number = 0; ///< plus 1; 0: free
        };
        std::vector<Slot> m_slots = std::vector<Slot>(1'024);
        std::vector<QByteArray> m_names;
    };
    struct Entry
    {
        double successFlag;
        std::int64_t deliveredSeconds;
        std::uint32_t provider;
        std::uint32_t consumer;
        std::optional<ReceiptDrop> drop;
    };

    /// The entries' places, those of each consumer together; where each consumer's begin, and the end.
    struct ByConsumer
    {
        std::vector<std::uint32_t> order;
        std::vector<std::uint32_t> starts;
    };
    [[nodiscard]] ByConsumer byConsumer() const;

    Names m_providers;
    Names m_consumers;
    std::vector<Entry> m_entries;
};

} // namespace tower
