// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/ShutdownSignals.h"

#include "core/base/Error.h"

#include <atomic>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace tower {
namespace {

// A signal handler reaches nothing but statics: the pipe that it writes to, and how often it was called.
std::atomic<int> readEnd = -1;
std::atomic<int> writeEnd = -1;
std::atomic<int> received = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void onPosixSignal(int number)
{
    if (received.fetch_add(1) > 0)
        ::_exit(130);
    const int before = errno;
    const auto byte = static_cast<unsigned char>(number);
    [[maybe_unused]] const ssize_t written = ::write(writeEnd, &byte, 1);
    errno = before;
}

void handle(int number, void (*handler)(int))
{
    struct sigaction action
    {
    };
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

} // namespace

ShutdownSignals::ShutdownSignals(std::function<void(int)> onSignal)
    : m_onSignal(std::move(onSignal))
{
    int ends[2];
    if (::pipe(ends) != 0)
        throw internalError(QStringLiteral("no pipe for signals: %1").arg(qt_error_string(errno)));
    for (const int end : ends)
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
    readEnd = ends[0];
    writeEnd = ends[1];
    received = 0;

    m_notifier = std::make_unique<QSocketNotifier>(ends[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] {
        unsigned char number = 0;
        if (::read(readEnd, &number, 1) == 1)
            m_onSignal(number);
    });
    handle(SIGTERM, onPosixSignal);
    handle(SIGINT, onPosixSignal);
}

ShutdownSignals::~ShutdownSignals()
{
    handle(SIGTERM, SIG_DFL);
    handle(SIGINT, SIG_DFL);
    m_notifier.reset();
    ::close(readEnd.exchange(-1));
    ::close(writeEnd.exchange(-1));
}

} // namespace tower
