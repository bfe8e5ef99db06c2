// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <string>

namespace tower::bench {

inline void heading(const char *text)
{
    std::printf("\n%s\n", text);
}

inline void rate(const char *what, double perSecond, const std::string &more = {})
{
    std::printf("  %-58s %10.0f /s  %s\n", what, perSecond, more.c_str());
    std::fflush(stdout);
}

/// One goal of the specification. A bench judges nothing: it says how far things are.
inline void goal(const char *what, double measured, const char *unit, bool met, const char *wanted)
{
    std::printf("  %-58s %10.2f %-3s goal %-14s %s\n", what, measured, unit, wanted, met ? "met" : "MISSED");
    std::fflush(stdout);
}

} // namespace tower::bench
