// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/publish/RelayPoll.h"

#include "core/base/Pauses.h"
#include "core/receipts/Receipts.h"

namespace tower {

/// Takes in the receipts that anybody has published on the relay. A look reads the newest events, and further
/// ones back in time from where the last look ended, so that every one has its turn, whatever date it bears.
/// One whose lease has its receipt costs no verification; one that was refused is left alone for an hour.
/// Core thread.
class ReceiptIntake : public RelayPoll
{
    Q_OBJECT

public:
    ReceiptIntake(const Clock &clock, const Settings &settings, Receipts &receipts, RelayClient &relay,
                  QObject *parent = nullptr);
    ~ReceiptIntake() override;

    static constexpr int atOnce = 100; ///< verified in one look
    static constexpr Millis triedAgainAfter = seconds(3'600);
    static constexpr qsizetype maximumRefused = 10'000; ///< remembered

private:
    using Found = std::optional<std::vector<Event>>;

    QCoro::Task<void> look() override;
    [[nodiscard]] QJsonObject filter(std::optional<std::int64_t> until) const;
    /// False when it ended early: at the most that one look verifies, or because this stops or goes.
    QCoro::Task<bool> takeAll(std::vector<Event> events);
    QCoro::Task<void> take(Event event);
    bool isWanted(const Event &event);
    void refuse(const EventId &id);

    const Clock &m_clock;
    Receipts &m_receipts;
    std::optional<std::int64_t> m_until; ///< created_at where the older events of the next look begin
    int m_left = 0;                      ///< to be verified in this look
    QHash<EventId, Millis> m_refused;    ///< and when
    Pauses m_pauses;
};

} // namespace tower
