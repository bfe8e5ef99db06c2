// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"

#include <QCoroTask>
#include <QFuture>
#include <QPromise>

#include <memory>

namespace tower {

namespace detail {

/// Runs on by itself when nobody holds the task any more.
template <class T>
QCoro::Task<void> fulfil(QCoro::Task<T> task, std::shared_ptr<QPromise<T>> promise)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await task;
        } else {
            T value = co_await task;
            promise->addResult(std::move(value));
        }
    } catch (const ServiceError &error) {
        promise->setException(error);
    } catch (const std::exception &) {
        promise->setException(internalError(QStringLiteral("Something went wrong inside.")));
    }
    promise->finish();
}

} // namespace detail

/// What a coroutine of the core thread will answer, for those who watch from another thread.
template <class T>
QFuture<T> futureOf(QCoro::Task<T> task)
{
    auto promise = std::make_shared<QPromise<T>>();
    promise->start();
    QFuture<T> future = promise->future();
    detail::fulfil(std::move(task), std::move(promise));
    return future;
}

} // namespace tower
