// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QIODevice>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace tower {

/// A request's body that can be read once. When a connection closes before an answer came, Qt would send the
/// request again, POST or not; an order is repeated by those who know what for. It goes with the header
/// "Connection: close" over a QNetworkAccessManager of its own, DoNotBufferUploadData and a Content-Length.
class SentOnce final : public QIODevice
{
public:
    explicit SentOnce(const QByteArray &body)
        : m_rest(body)
    {
        open(QIODevice::ReadOnly);
    }
    [[nodiscard]] bool isSequential() const override { return true; }
    bool reset() override { return false; } // what Qt asks for before it sends again
    [[nodiscard]] bool atEnd() const override { return m_rest.isEmpty() && QIODevice::atEnd(); }
    [[nodiscard]] qint64 bytesAvailable() const override
    {
        return m_rest.size() + QIODevice::bytesAvailable();
    }

protected:
    qint64 readData(char *data, qint64 maximum) override
    {
        const qsizetype size = std::min<qsizetype>(maximum, m_rest.size());
        if (size == 0)
            return -1;
        std::memcpy(data, m_rest.constData(), static_cast<std::size_t>(size));
        m_rest.remove(0, size);
        return size;
    }
    qint64 writeData(const char * /*data*/, qint64 /*size*/) override { return -1; }

private:
    QByteArray m_rest;
};

} // namespace tower
