// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// ConsoleControl's part about providers: scores are read off the core thread.
#include "app/Tower.h"
#include "app/console/ConsoleControl.h"

namespace tower {

namespace {

template <class Work>
auto readProviders(Tower &tower, Work work)
{
    return tower.reader.run([work = std::move(work), heuristics = scoreHeuristics(tower.settings),
                             now = tower.clock.now()](Database &database) {
        Providers providers(database, heuristics, now);
        return work(providers);
    });
}

} // namespace

QFuture<std::vector<ProviderScore>> ConsoleControl::providers(const ReceiptWindow &window)
{
    return readProviders(m_tower, [window](Providers &providers) { return providers.bestFirst(window); });
}

QFuture<std::optional<ProviderDetail>> ConsoleControl::provider(const QByteArray &npub,
                                                                const ReceiptWindow &window)
{
    return readProviders(m_tower,
                         [npub, window](Providers &providers) { return providers.detail(npub, window); });
}

QFuture<QByteArray> ConsoleControl::providerSnapshot()
{
    return readProviders(m_tower, [](Providers &providers) { return providers.snapshot(); })
        .then(&m_tower,
              [this](const QJsonObject &snapshot) { return signedSnapshot(snapshot, m_tower.timmy); });
}

} // namespace tower
