// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/ChartScale.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tower {

namespace {

/// The smallest of 1, 2, 5, 10, 20, 50 ... that is at least `wanted`.
std::int64_t roundStep(std::int64_t wanted)
{
    std::int64_t power = 1;
    while (power <= wanted / 10)
        power *= 10;
    for (const std::int64_t factor : {1, 2, 5}) {
        if (power * factor >= wanted)
            return power * factor;
    }
    return power * 10;
}

std::int64_t floorTo(std::int64_t value, std::int64_t step)
{
    const std::int64_t down = value / step * step;
    return down > value ? down - step : down;
}

} // namespace

ChartScale ChartScale::over(std::int64_t least, std::int64_t most, int lines, bool fromZero)
{
    const bool farFromZero = least > 0 && least > most / 2;
    if (fromZero || !farFromZero)
        least = std::min<std::int64_t>(least, 0);
    most = std::max(most, least + 1);
    ChartScale out;
    out.step = roundStep((most - least + lines - 1) / lines);
    out.low = floorTo(least, out.step);
    out.high = -floorTo(-most, out.step);
    return out;
}

std::vector<std::int64_t> ChartScale::lines() const
{
    std::vector<std::int64_t> out;
    for (std::int64_t at = low; at <= high; at += step)
        out.push_back(at);
    return out;
}

double ChartScale::share(std::int64_t value) const
{
    return static_cast<double>(value - low) / static_cast<double>(high - low);
}

QString axisText(std::int64_t value)
{
    struct Unit
    {
        std::int64_t size;
        const char *sign;
    };
    static constexpr std::array units{Unit{1'000'000'000, "G"}, Unit{1'000'000, "M"}, Unit{1'000, "k"}};
    for (const Unit &unit : units) {
        if (std::llabs(value) < unit.size * (unit.size == 1'000 ? 10 : 1))
            continue;
        const bool whole = value % unit.size == 0;
        return QStringLiteral("%1%2%3").arg(
            QLocale().toString(static_cast<double>(value) / static_cast<double>(unit.size), 'f',
                               whole ? 0 : 1),
            QChar(0x2009), QLatin1String(unit.sign));
    }
    return QLocale().toString(static_cast<qlonglong>(value));
}

} // namespace tower
