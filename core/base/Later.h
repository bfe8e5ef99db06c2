// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

namespace tower {

/// A result that comes later, on the same thread: one side gives it, one coroutine waits for it. The waiter
/// is resumed inside give(), so that whoever gives what is still owed in its destructor knows that nobody
/// waits any more when it is gone. Copies share the result; only the first give() counts.
template <class T>
class Later
{
public:
    void give(T value) const
    {
        const std::shared_ptr<State> state = m_state;
        if (state->given)
            return;
        state->given = true;
        state->value.emplace(std::move(value));
        if (state->waiter)
            std::exchange(state->waiter, {}).resume();
    }
    [[nodiscard]] bool isGiven() const { return m_state->given; }

    [[nodiscard]] bool await_ready() const { return m_state->given; }
    void await_suspend(std::coroutine_handle<> waiter) { m_state->waiter = waiter; }
    T await_resume() { return std::move(*m_state->value); }

private:
    struct State
    {
        bool given = false;
        std::optional<T> value;
        std::coroutine_handle<> waiter;
    };
    std::shared_ptr<State> m_state = std::make_shared<State>();
};

} // namespace tower
