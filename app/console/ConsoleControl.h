// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/TowerControl.h"

namespace tower {

class Tower;

/// What the windows need of the program around the services. Core thread.
class ConsoleControl final : public TowerControl
{
public:
    explicit ConsoleControl(Tower &tower)
        : m_tower(tower)
    {
    }

    /// Serves where the command line says, else where the operator last chose to. What goes wrong is kept for
    /// api().problem.
    void listenAtStart();

    ApiState api() override;
    void startServing() override;
    void stopServing() override;
    void changeAddress(const QString &host, int port) override;
    std::vector<RouteLine> routes() override;
    std::vector<RequestLine> requests(int limit) override;
    std::vector<RequestLine> errors(int limit) override;
    QString rotateAdminToken() override;
    QString curlFor(const QString &method, const QString &path) override;
    std::vector<SecretLine> secrets() override;
    PubKey importTimmyKey(const SecretBytes &key, const QString &actor) override;
    QFuture<ChainReport> verifyActivity(std::function<bool()> cancelled) override;
    QFuture<ReconcileReport> reconcile() override;
    QFuture<WalletState> wallet() override;
    QFuture<ConnectionReport> testConnection(Connection which) override;
    QFuture<std::vector<PoolDay>> poolHistory(int days) override;
    QFuture<Sats> earned(Millis since) override;
    QFuture<WorkTotals> workTotals(Millis since) override;
    QFuture<std::vector<ProviderScore>> providers(const ReceiptWindow &window) override;
    QFuture<std::optional<ProviderDetail>> provider(const QByteArray &npub,
                                                    const ReceiptWindow &window) override;
    QFuture<QByteArray> providerSnapshot() override;
    QFuture<Refund> payRefund(RefundOwner kind, const QString &ownerId, const QString &bolt11,
                              const QString &actor) override;
    OutgoingPayment settlePayment(const QString &id, bool paid, const QString &reason,
                                  const QString &actor) override;
    QFuture<void> backup(const QString &file) override;
    QString dataFolder() override;
    QString databaseDisplay() override;

private:
    std::vector<RequestLine> lines(int limit, bool errorsOnly);

    Tower &m_tower;
    QString m_problem;
};

} // namespace tower
