// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QString>

#include <optional>

namespace tower {

/// Where the time comes from. Everything that asks the time is given one, so that tests can turn it.
class Clock
{
public:
    virtual ~Clock() = default;
    /// UTC epoch milliseconds.
    [[nodiscard]] virtual Millis now() const = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] Millis now() const override;
};

/// A clock that stands still until it is moved: for tests, and for the demo's history.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(Millis start)
        : m_now(start)
    {
    }
    [[nodiscard]] Millis now() const override { return m_now; }
    void set(Millis now) { m_now = now; }
    void advance(Millis by) { m_now += by; }

private:
    Millis m_now;
};

/// ISO 8601 in UTC with milliseconds: 2026-11-20T09:30:00.000Z.
QString toIso(Millis at);
/// Reads ISO 8601 (an offset or Z is required); nullopt when it is not that.
std::optional<Millis> fromIso(const QString &text);

} // namespace tower
