// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"
#include "core/base/Settings.h"
#include "core/base/Types.h"

#include <QObject>
#include <QTimer>

#include <optional>

class QWebSocket;

namespace tower {

/// LNbits' websocket /api/v1/ws/{key}, kept open: it says that something happened, and nothing that it says
/// is believed, since anybody who knows the address can write to it. Bursts become at most two signals a
/// second, messages over 64 KiB are dropped, and a lost connection is opened again after 1 s, doubling to 1
/// min. The key stands in the address, so that no address and no text of an error is ever logged here.
class LnbitsHints : public QObject
{
    Q_OBJECT

public:
    LnbitsHints(const Settings &settings, const Secrets &secrets, QObject *parent = nullptr);
    ~LnbitsHints() override;

    void start();
    void abort();

signals:
    /// About this payment, or about any: also after each connecting, for what was missed before.
    void hinted(const std::optional<tower::PaymentHash> &paymentHash);

private:
    void open();
    void receive(const QString &message);
    void hint(const std::optional<PaymentHash> &paymentHash);
    void flush();
    void lost();
    void drop();

    const Settings &m_settings;
    const Secrets &m_secrets;
    QWebSocket *m_socket = nullptr;
    QTimer m_again;    ///< opens the next connection
    QTimer m_breather; ///< between two signals
    QTimer m_stable;   ///< when a connection has lasted
    int m_failures = 0;
    bool m_isWaiting = false;             ///< a hint waits for its turn
    std::optional<PaymentHash> m_waiting; ///< what it is about
};

} // namespace tower
