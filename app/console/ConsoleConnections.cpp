// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// ConsoleControl's part about what the tower talks to outside.
#include "app/Tower.h"
#include "app/console/ConsoleControl.h"
#include "ui/shell/FutureOf.h"

namespace tower {

QFuture<ConnectionReport> ConsoleControl::testConnection(Connection which)
{
    switch (which) {
    case Connection::Wallet:
        return futureOf(askWallet(*m_tower.wallet));
    case Connection::Agent:
        return futureOf(askAgent(*m_tower.agent));
    case Connection::Cloud:
        return futureOf(askCloud(*m_tower.cloud));
    case Connection::Relay:
        return futureOf(askRelay(m_tower.settings.text(Setting::NostrRelayUrl), m_tower.timmy.pubKey(),
                                 m_tower.clock, &m_tower));
    }
    Q_UNREACHABLE();
}

} // namespace tower
