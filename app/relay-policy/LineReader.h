// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace tower {

/// Lines from a file descriptor, each of a bounded length. Blocks; one thread.
class LineReader
{
public:
    static constexpr qsizetype maximumLine = 1'048'576;

    explicit LineReader(int descriptor)
        : m_descriptor(descriptor)
    {
    }

    struct Line
    {
        QByteArrayView text;  ///< without the newline; valid until the next call
        bool tooLong = false; ///< it was longer than maximumLine and is gone
    };
    /// nullopt at the end of the input. A last line without a newline counts.
    std::optional<Line> next();

private:
    bool fill();

    int m_descriptor;
    QByteArray m_buffer;
    qsizetype m_start = 0;
    qsizetype m_searched = 0; ///< no newline before this
    bool m_atEnd = false;
};

} // namespace tower
