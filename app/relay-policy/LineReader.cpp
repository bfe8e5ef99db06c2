// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/LineReader.h"

#include <cerrno>
#include <unistd.h>

namespace tower {

std::optional<LineReader::Line> LineReader::next()
{
    bool tooLong = false;
    for (;;) {
        if (const qsizetype end = m_buffer.indexOf('\n', m_searched); end >= 0) {
            QByteArrayView text = QByteArrayView(m_buffer).sliced(m_start, end - m_start);
            if (text.endsWith('\r'))
                text.chop(1);
            m_start = m_searched = end + 1;
            return Line{tooLong ? QByteArrayView() : text, tooLong};
        }
        m_searched = m_buffer.size();
        if (m_searched - m_start > maximumLine) {
            tooLong = true;
            m_start = m_searched;
        }
        if (!m_atEnd && fill())
            continue;
        m_atEnd = true;
        const QByteArrayView rest = QByteArrayView(m_buffer).sliced(m_start);
        m_start = m_searched = m_buffer.size();
        if (rest.isEmpty() && !tooLong)
            return std::nullopt;
        return Line{tooLong ? QByteArrayView() : rest, tooLong};
    }
}

bool LineReader::fill()
{
    m_buffer.remove(0, m_start);
    m_searched -= m_start;
    m_start = 0;
    char chunk[65536];
    for (;;) {
        const ssize_t got = ::read(m_descriptor, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got > 0)
            m_buffer.append(chunk, got);
        return got > 0;
    }
}

} // namespace tower
