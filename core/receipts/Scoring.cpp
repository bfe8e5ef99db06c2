// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/Scoring.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace tower {

namespace {

constexpr double one = 0x1p62;

/// What the receipts of one consumer that count add to one provider: their flags times the weight.
double contribution(const ExactSum &flags, std::int64_t withProvider, std::int64_t inAll,
                    const ScoreHeuristics &heuristics)
{
    constexpr double million = 1'000'000;
    const double cap = static_cast<double>(heuristics.maximumShare) * static_cast<double>(inAll);
    const double share = million * static_cast<double>(withProvider);
    return share > cap ? flags.value() * cap / share : flags.value();
}

std::optional<Millis> seen(const ConsumersSeen &consumers, const QByteArray &npub)
{
    const auto found = consumers.constFind(npub);
    return found == consumers.constEnd() ? std::nullopt : std::optional(*found);
}

std::optional<ReceiptDrop> earlyDrop(const Receipt &receipt, const ReceiptCheck &verifySignatures,
                                     const ReceiptCheck &verifyPaymentProof)
{
    if (!receipt.isWellFormed())
        return ReceiptDrop::NotWellFormed;
    if (!verifySignatures(receipt))
        return ReceiptDrop::BadSignature;
    if (!verifyPaymentProof(receipt))
        return ReceiptDrop::BadPaymentProof;
    return std::nullopt;
}

std::size_t place(ReceiptDrop drop)
{
    return static_cast<std::size_t>(drop);
}

} // namespace

QString toText(ReceiptDrop drop)
{
    switch (drop) {
    case ReceiptDrop::NotWellFormed:
        return QStringLiteral("not_well_formed");
    case ReceiptDrop::BadSignature:
        return QStringLiteral("bad_signature");
    case ReceiptDrop::BadPaymentProof:
        return QStringLiteral("bad_payment_proof");
    case ReceiptDrop::UnknownConsumer:
        return QStringLiteral("unknown_consumer");
    case ReceiptDrop::YoungConsumer:
        break;
    }
    return QStringLiteral("young_consumer");
}

std::optional<ReceiptDrop> dropOf(std::optional<Millis> firstSeen, Millis now,
                                  const ScoreHeuristics &heuristics)
{
    if (!firstSeen)
        return ReceiptDrop::UnknownConsumer;
    const Millis age = std::max(Millis(0), now - *firstSeen);
    return age < heuristics.minimumAge ? std::optional(ReceiptDrop::YoungConsumer) : std::nullopt;
}

std::optional<ReceiptDrop> dropOf(const Receipt &receipt, const ConsumersSeen &consumers, Millis now,
                                  const ScoreHeuristics &heuristics, const ReceiptCheck &verifySignatures,
                                  const ReceiptCheck &verifyPaymentProof)
{
    if (const auto drop = earlyDrop(receipt, verifySignatures, verifyPaymentProof))
        return drop;
    return dropOf(seen(consumers, receipt.consumerNpub), now, heuristics);
}

std::int64_t ProviderScore::droppedInAll() const
{
    return std::accumulate(dropped.begin(), dropped.end(), std::int64_t{0});
}

void ExactSum::add(double value)
{
    m_sum += static_cast<Wide>(value * one);
}

double ExactSum::value() const
{
    return static_cast<double>(m_sum) / one;
}

double scoreProvider(const QByteArray &provider, std::span<const Receipt> receipts,
                     const ConsumersSeen &consumers, Millis now, const ScoreHeuristics &heuristics,
                     const ReceiptCheck &verifySignatures, const ReceiptCheck &verifyPaymentProof)
{
    struct Tally
    {
        std::int64_t withProvider = 0;
        std::int64_t inAll = 0;
        ExactSum flags;
    };
    QHash<QByteArray, Tally> tallies;
    for (const Receipt &receipt : receipts) {
        if (!receipt.isWellFormed())
            continue;
        Tally &tally = tallies[receipt.consumerNpub];
        ++tally.inAll;
        if (receipt.providerNpub != provider)
            continue;
        ++tally.withProvider;
        if (!dropOf(receipt, consumers, now, heuristics, verifySignatures, verifyPaymentProof))
            tally.flags.add(receipt.successFlag);
    }
    ExactSum score;
    for (const Tally &tally : std::as_const(tallies)) {
        if (tally.withProvider > 0)
            score.add(contribution(tally.flags, tally.withProvider, tally.inAll, heuristics));
    }
    return score.value();
}

std::vector<ProviderScore> scoreAll(std::span<const Receipt> receipts, const ConsumersSeen &consumers,
                                    Millis now, const ScoreHeuristics &heuristics,
                                    const ReceiptCheck &verifySignatures,
                                    const ReceiptCheck &verifyPaymentProof)
{
    ScoreTable table;
    for (const Receipt &receipt : receipts) {
        table.add(receipt.providerNpub, receipt.consumerNpub, receipt.successFlag, receipt.durationDelivered,
                  earlyDrop(receipt, verifySignatures, verifyPaymentProof));
    }
    return table.scores(consumers, now, heuristics);
}

std::uint32_t ScoreTable::Names::number(QByteArrayView name)
{
    // Seeded: whoever chooses names can't choose where they fall.
    const std::size_t hash = qHash(name, QHashSeed::globalSeed());
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
        Slot &slot = m_slots[i];
        if (slot.number == 0) {
            m_names.push_back(name.toByteArray());
            const auto given = static_cast<std::uint32_t>(m_names.size());
            slot = {hash, given};
            if (m_names.size() * 2 > m_slots.size())
                grow();
            return given - 1;
        }
        if (slot.hash == hash && m_names[slot.number - 1] == name)
            return slot.number - 1;
    }
}

void ScoreTable::Names::grow()
{
    const std::vector<Slot> before = std::exchange(m_slots, std::vector<Slot>(m_slots.size() * 2));
    const std::size_t mask = m_slots.size() - 1;
    for (const Slot &slot : before) {
        if (slot.number == 0)
            continue;
        std::size_t i = slot.hash & mask;
        while (m_slots[i].number != 0)
            i = (i + 1) & mask;
        m_slots[i] = slot;
    }
}

void ScoreTable::add(QByteArrayView provider, QByteArrayView consumer, double successFlag,
                     std::int64_t deliveredSeconds, std::optional<ReceiptDrop> drop)
{
    m_entries.push_back(
        {successFlag, deliveredSeconds, m_providers.number(provider), m_consumers.number(consumer), drop});
}

ScoreTable::ByConsumer ScoreTable::byConsumer() const
{
    ByConsumer out{std::vector<std::uint32_t>(m_entries.size()),
                   std::vector<std::uint32_t>(m_consumers.all().size() + 1)};
    for (const Entry &entry : m_entries)
        ++out.starts[entry.consumer + 1];
    std::partial_sum(out.starts.begin(), out.starts.end(), out.starts.begin());
    std::vector<std::uint32_t> next = out.starts;
    for (std::uint32_t i = 0; i < m_entries.size(); ++i)
        out.order[next[m_entries[i].consumer]++] = i;
    return out;
}

std::vector<ProviderScore> ScoreTable::scores(const ConsumersSeen &consumers, Millis now,
                                              const ScoreHeuristics &heuristics) const
{
    struct Totals
    {
        ProviderScore shown;
        ExactSum score, flags;
        // Of the consumer at hand:
        std::int64_t wellFormed = 0, counted = 0;
        ExactSum itsFlags;
    };
    std::vector<Totals> totals(m_providers.all().size());
    const ByConsumer grouped = byConsumer();
    std::vector<std::uint32_t> providersOfIt;
    for (std::size_t c = 0; c < m_consumers.all().size(); ++c) {
        const std::optional<ReceiptDrop> late =
            dropOf(seen(consumers, m_consumers.all()[c]), now, heuristics);
        std::int64_t inAll = 0;
        providersOfIt.clear();
        for (std::uint32_t i = grouped.starts[c]; i < grouped.starts[c + 1]; ++i) {
            const Entry &entry = m_entries[grouped.order[i]];
            Totals &of = totals[entry.provider];
            if (entry.drop == ReceiptDrop::NotWellFormed) {
                ++of.shown.dropped[place(*entry.drop)];
                continue;
            }
            ++inAll;
            if (of.wellFormed++ == 0)
                providersOfIt.push_back(entry.provider);
            if (const std::optional<ReceiptDrop> drop = entry.drop ? entry.drop : late) {
                ++of.shown.dropped[place(*drop)];
                continue;
            }
            ++of.counted;
            of.itsFlags.add(entry.successFlag);
            of.shown.deliveredSeconds += entry.deliveredSeconds;
        }
        for (const std::uint32_t provider : providersOfIt) {
            Totals &of = totals[provider];
            of.score.add(contribution(of.itsFlags, of.wellFormed, inAll, heuristics));
            of.flags.add(of.itsFlags);
            of.shown.counted += of.counted;
            of.shown.consumers += of.counted > 0 ? 1 : 0;
            of.wellFormed = of.counted = 0;
            of.itsFlags = {};
        }
    }

    std::vector<ProviderScore> out;
    out.reserve(totals.size());
    for (std::size_t p = 0; p < totals.size(); ++p) {
        Totals &of = totals[p];
        of.shown.npub = m_providers.all()[p];
        of.shown.score = of.score.value();
        if (of.shown.counted > 0)
            of.shown.successRate = of.flags.value() / static_cast<double>(of.shown.counted);
        out.push_back(std::move(of.shown));
    }
    std::sort(out.begin(), out.end(),
              [](const ProviderScore &a, const ProviderScore &b) { return a.npub < b.npub; });
    return out;
}

} // namespace tower
