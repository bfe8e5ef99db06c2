// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/TestDatabase.h"

#include <QTest>

#include <array>
#include <atomic>
#include <barrier>
#include <functional>
#include <thread>
#include <vector>

namespace tower::test {

/// Runs `work` in several threads at once, each with its own connection as a program of its own has; answers
/// how many of them said true. Each may call what it is handed (once) to wait for the others.
inline int race(const TestDatabase &test,
                const std::function<bool(Database &, const std::function<void()> &)> &work)
{
    constexpr int programs = 4;
    std::barrier start(programs);
    std::barrier meeting(programs);
    std::atomic<int> wins = 0;
    std::vector<std::thread> threads;
    for (int program = 0; program < programs; ++program) {
        threads.emplace_back([&] {
            const auto db = test.another();
            start.arrive_and_wait();
            const std::function<void()> meet = [&] { meeting.arrive_and_wait(); };
            if (work(*db, meet))
                ++wins;
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    return wins;
}

} // namespace tower::test
