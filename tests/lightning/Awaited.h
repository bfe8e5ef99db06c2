// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"

#include <QByteArray>
#include <QCoroTask>
#include <QTest>

#include <memory>
#include <optional>

namespace tower::test {

/// How a task ended: with a value, or with the code of a ServiceError.
template <class T>
struct Awaited
{
    std::optional<T> value;
    QByteArray error;
    [[nodiscard]] bool isDone() const { return value || !error.isEmpty(); }
};

template <class T>
QCoro::Task<void> follow(QCoro::Task<T> task, std::shared_ptr<Awaited<T>> awaited)
{
    try {
        awaited->value.emplace(co_await task);
    } catch (const ServiceError &error) {
        awaited->error = error.code();
    }
}

/// Follows a task that goes on.
template <class T>
std::shared_ptr<Awaited<T>> begun(QCoro::Task<T> &&task)
{
    auto awaited = std::make_shared<Awaited<T>>();
    follow(std::move(task), awaited);
    return awaited;
}

/// Waits for its end, at most 15 s.
template <class T>
Awaited<T> ended(QCoro::Task<T> &&task)
{
    const std::shared_ptr<Awaited<T>> awaited = begun(std::move(task));
    if (!QTest::qWaitFor([&] { return awaited->isDone(); }, 15'000))
        awaited->error = "the test gave up";
    return *awaited;
}

} // namespace tower::test
