// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/identity/Identities.h"
#include "tests/support/TestDatabase.h"

namespace tower::test {

inline constexpr Millis start = days(20'000);

/// The key that begins with `first` and is the n-th of its kind. Not on the curve: nothing here signs.
inline PubKey numbered(int n, std::uint8_t first = 0)
{
    PubKey key;
    key.data()[0] = first;
    key.data()[30] = static_cast<std::uint8_t>(n >> 8);
    key.data()[31] = static_cast<std::uint8_t>(n);
    return key;
}

/// Identities over a fresh database, with a clock that the test turns.
struct IdentityHouse
{
    explicit IdentityHouse(const QString &engine)
        : database(engine)
    {
    }

    TestDatabase database;
    ManualClock clock{start};
    Settings settings;
    Identities identities{*database, clock, settings};

    template <class Work>
    auto inTransaction(Work &&work)
    {
        Transaction transaction(*database);
        auto result = work(transaction);
        transaction.commit();
        return result;
    }
    Identities::ScoreResult setScore(const PubKey &key, std::int64_t score, const char *why = "adjust",
                                     const char *ref = "", const char *detail = "")
    {
        return inTransaction([&](Transaction &transaction) {
            return identities.changeScore(transaction, key, QLatin1String(why), QLatin1String(ref),
                                          QLatin1String(detail), [score](std::int64_t) { return score; });
        });
    }
    Identities::ScoreResult addScore(const PubKey &key, std::int64_t step, const char *why = "success")
    {
        return inTransaction([&](Transaction &transaction) {
            return identities.changeScore(transaction, key, QLatin1String(why), {}, {},
                                          [step](std::int64_t score) { return score + step; });
        });
    }
};

} // namespace tower::test
