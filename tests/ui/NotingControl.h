// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/base/Json.h"
#include "core/work/Jobs.h"
#include "tests/support/TestDatabase.h"
#include "ui/shell/FutureOf.h"
#include "ui/shell/TowerControl.h"

#include <QtConcurrent>

namespace tower {

/// A control that keeps notes of what it was asked.
class NotingControl final : public TowerControl
{
public:
    /// What money is asked about and of.
    struct House
    {
        Database &database;
        const Clock &clock;
        const Settings &settings;
        Activity &activity;
        Wallet &wallet;
        Outgoing &outgoing;
        Refunds &refunds;
        Reconcile &reconcile;
        Agent &agent;
        Cloud &cloud;
    };

    NotingControl(const TestDatabase &database, const House &house)
        : m_database(database)
        , m_house(house)
    {
    }

    ApiState api() override { return state; }
    void startServing() override { state.listening = true; }
    void stopServing() override { state.listening = false; }
    void changeAddress(const QString &host, int port) override
    {
        if (host == QLatin1String("taken"))
            throw conflict(QStringLiteral("The address is in use."));
        state.host = host;
        state.port = port;
        state.url = QStringLiteral("http://%1:%2").arg(host).arg(port);
    }
    std::vector<RouteLine> routes() override { return routeLines; }
    std::vector<RequestLine> requests(int) override { return requestLines; }
    std::vector<RequestLine> errors(int) override { return {}; }
    QString rotateAdminToken() override { return QStringLiteral("token-%1").arg(++rotations); }
    QString curlFor(const QString &method, const QString &path) override
    {
        return QStringLiteral("curl -X %1 -H \"Authorization: Bearer $ADMIN_TOKEN\" %2%3")
            .arg(method, state.url, path);
    }
    std::vector<SecretLine> secrets() override { return secretLines; }
    PubKey importTimmyKey(const SecretBytes &key, const QString &) override
    {
        const auto read = SecretKey::fromText(key.view());
        if (!read)
            throw badRequest("nsec", QStringLiteral("This is no key."));
        imported = read->pubKey();
        return *imported;
    }
    QFuture<ChainReport> verifyActivity(std::function<bool()> cancelled) override
    {
        return QtConcurrent::run([this, cancelled] {
            const auto connection = m_database.another(Database::Mode::ReadOnly);
            return Activity::verify(*connection, cancelled);
        });
    }
    QFuture<ReconcileReport> reconcile() override { return futureOf(reconciled(m_house)); }
    QFuture<WalletState> wallet() override { return futureOf(walletState(m_house)); }
    QFuture<ConnectionReport> testConnection(Connection which) override
    {
        tested.append(which);
        if (connectionReport)
            return QtFuture::makeReadyFuture(*connectionReport);
        switch (which) {
        case Connection::Wallet:
            return futureOf(askWallet(m_house.wallet));
        case Connection::Agent:
            return futureOf(askAgent(m_house.agent));
        case Connection::Cloud:
            return futureOf(askCloud(m_house.cloud));
        case Connection::Relay:
            return QtFuture::makeReadyFuture(ConnectionReport{.isSet = false});
        }
        Q_UNREACHABLE();
    }
    QFuture<std::vector<PoolDay>> poolHistory(int days) override
    {
        return read([now = m_house.clock.now(), days](Database &database) {
            return GenerosityPool::history(database, now, days);
        });
    }
    QFuture<Sats> earned(Millis since) override
    {
        return read([this, since](Database &database) {
            Ledger ledger(database, m_house.clock);
            return earnedSince(ledger, since);
        });
    }
    QFuture<WorkTotals> workTotals(Millis since) override
    {
        return read([settings = m_house.settings, since](Database &database) {
            JobStore jobs(database, {});
            return totalsOf([&jobs](const PageRequest &page) { return jobs.list({}, page); },
                            Pricing(settings), since);
        });
    }
    QFuture<std::vector<ProviderScore>> providers(const ReceiptWindow &window) override
    {
        return readProviders([window](Providers &providers) { return providers.bestFirst(window); });
    }
    QFuture<std::optional<ProviderDetail>> provider(const QByteArray &npub,
                                                    const ReceiptWindow &window) override
    {
        return readProviders([npub, window](Providers &providers) { return providers.detail(npub, window); });
    }
    QFuture<QByteArray> providerSnapshot() override
    {
        return readProviders([](Providers &providers) { return canonicalJson(providers.snapshot()); });
    }
    QFuture<Refund> payRefund(RefundOwner kind, const QString &ownerId, const QString &bolt11,
                              const QString &) override
    {
        return futureOf(m_house.refunds.pay(kind, ownerId, bolt11));
    }
    OutgoingPayment settlePayment(const QString &id, bool paid, const QString &reason,
                                  const QString &) override
    {
        Transaction transaction(m_house.database);
        const OutgoingPayment payment = m_house.outgoing.settleByHand(transaction, id, paid, reason);
        transaction.commit();
        return payment;
    }
    QFuture<void> backup(const QString &) override
    {
        return QtConcurrent::run([] {});
    }
    QString dataFolder() override { return m_database.dir(); }
    QString databaseDisplay() override { return m_database.url().display(); }

    ApiState state{
        .url = QStringLiteral("http://127.0.0.1:8787"), .host = QStringLiteral("127.0.0.1"), .port = 8787};
    std::vector<RouteLine> routeLines{
        {QStringLiteral("GET"), QStringLiteral("/api/healthz"), QStringLiteral("public"), 12, 0, 0.2, 1.5},
        {QStringLiteral("POST"), QStringLiteral("/api/admin/relay/grant"), QStringLiteral("admin"), 3, 1, 1.2,
         9.0}};
    std::vector<RequestLine> requestLines;
    std::vector<SecretLine> secretLines{
        {QStringLiteral("ADMIN_TOKEN"), QStringLiteral("opens the admin routes"), true,
         QStringLiteral("environment"), false},
        {QStringLiteral("LNBITS_API_KEY"), QStringLiteral("opens the wallet"), false, {}, false}};
    int rotations = 0;
    std::optional<PubKey> imported; ///< whose key
    QList<Connection> tested;
    std::optional<ConnectionReport> connectionReport; ///< what each is made to answer

private:
    static QCoro::Task<ReconcileReport> reconciled(House house)
    {
        QCoro::Task<std::optional<Msat>> asking = Reconcile::askBalance(house.wallet);
        const std::optional<Msat> balance = co_await asking;
        co_return house.reconcile.run(house.database, balance);
    }
    static QCoro::Task<WalletState> walletState(House house)
    {
        WalletState out;
        out.simulated = true;
        try {
            QCoro::Task<Msat> asking = house.wallet.balance();
            const Msat balance = co_await asking;
            out.balance = balance;
        } catch (const ServiceError &error) {
            out.problem = error.message();
        }
        co_return out;
    }
    /// Elsewhere, over a connection that can't write.
    template <class Work>
    auto read(Work work) -> QFuture<std::invoke_result_t<Work, Database &>>
    {
        return QtConcurrent::run([this, work] {
            const auto connection = m_database.another(Database::Mode::ReadOnly);
            return work(*connection);
        });
    }

    template <class Work>
    auto readProviders(Work work) -> QFuture<std::invoke_result_t<Work, Providers &>>
    {
        return read([work, heuristics = scoreHeuristics(m_house.settings),
                     now = m_house.clock.now()](Database &database) {
            Providers providers(database, heuristics, now);
            return work(providers);
        });
    }

    const TestDatabase &m_database;
    House m_house;
};

} // namespace tower
