// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <vector>

namespace tower {

/// A request for one page of a list. `cursor` is opaque: what the previous page gave as nextCursor.
struct PageRequest
{
    int limit = 50;
    QString cursor;

    static constexpr int maximumLimit = 500;
};

/// One page; pages follow one another by key (never by offset), so that a page deep in a million rows costs
/// what the first one costs. `total` counts to 10,000 and no further.
template <class T>
struct Page
{
    static constexpr std::int64_t countLimit = 10'000;

    std::vector<T> items;
    QString nextCursor; ///< null on the last page
    std::int64_t total = 0;
    bool totalIsExact = true;
};

/// Cursors: the sort key's value and the row's id, base64url. Throws badRequest("cursor") on anything else.
struct Cursor
{
    QString key;
    QString id;

    [[nodiscard]] QString encode() const;
    static Cursor decode(const QString &text);
};

} // namespace tower
