// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/Theme.h"

#include <deque>

namespace tower {

/// What the overview shows, read in one turn of the core thread.
struct OverviewFacts
{
    QueueStats queue;
    std::vector<std::pair<Tier, std::int64_t>> tiers;
    std::int64_t accounts = 0;
    PolicyHealth policy;
    ApiState api;
    std::int64_t calls = 0; ///< of all routes, since the start
    std::int64_t errors = 0;
    Reviewer::State reviewer = Reviewer::State::Off;
    bool relaySet = false;
    std::int64_t notPublished = 0; ///< approved events, among the latest, that the relay would not take yet
    QString relayAnswer;           ///< the relay's to the first of them
    int plainSecrets = 0;          ///< kept in secrets.ini
};

/// Core thread.
OverviewFacts readOverview(Services &services);

/// Something that wants the operator.
struct Alert
{
    enum class Act { None, Serve, Open };

    Tone tone = Tone::Info; ///< Bad, Warn or Info
    QString text;
    QString action{};
    Act act = Act::None;
    QString pageId{}; ///< for Act::Open
    QString key{};
};

/// The gravest first; empty when all is well.
std::vector<Alert> alertsOf(const OverviewFacts &facts, Millis now);
void putGravestFirst(std::vector<Alert> &alerts);

/// Requests and errors over the last minute, from counts that only grow.
class LoadMeter
{
public:
    void note(Millis at, std::int64_t calls, std::int64_t errors);
    [[nodiscard]] double perSecond() const;
    [[nodiscard]] std::int64_t errorsInSpan() const;
    /// Requests per second between one reading and the next, oldest first.
    [[nodiscard]] std::vector<double> line() const;

private:
    struct Reading
    {
        Millis at;
        std::int64_t calls = 0;
        std::int64_t errors = 0;
    };
    std::deque<Reading> m_readings;
};

} // namespace tower
