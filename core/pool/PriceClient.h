// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Before Later.h: moc of Qt 6.4 trips over <coroutine> when it has met no header of Qt yet.
#include "core/base/Types.h"

#include "core/base/Later.h"

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QObject>
#include <QUrl>

#include <vector>

namespace tower {

/// Asks price sources: one GET each, no redirect followed, at most 64 KiB read. Core thread.
class PriceClient : public QObject
{
    Q_OBJECT

public:
    struct Got
    {
        QByteArray body;
        QString problem; ///< why there is no whole answer with status 200; empty when there is one
    };

    ~PriceClient() override;

    Later<Got> get(const QUrl &url, Millis patience);
    /// Whatever is waited for is given up, now.
    void abort();

    static constexpr qsizetype maximumBody = 64 * 1024;

private:
    QNetworkAccessManager m_network;
    std::vector<Later<Got>> m_open;
};

} // namespace tower
