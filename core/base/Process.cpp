// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Process.h"

#include <csignal>

#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace tower {

void hardenProcess()
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // the leak sanitizer and debuggers would need it
#endif
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace tower
