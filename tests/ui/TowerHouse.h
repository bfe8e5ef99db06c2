// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Changes.h"
#include "core/agent/SimulatedAgent.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/nodes/SimulatedCloud.h"
#include "core/receipts/ReceiptStore.h"
#include "core/relay/RelayManagement.h"
#include "tests/support/TestDatabase.h"
#include "tests/support/TurningWait.h"
#include "tests/ui/NotingControl.h"
#include "ui/shell/Core.h"

#include <QCoroTask>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>

namespace tower {

/// The real services on a real database, on a core thread of their own, with the bridge to it.
class TowerHouse
{
public:
    static constexpr Millis start{1'763'000'000'000};

    TowerHouse()
    {
        m_thread.start();
        m_context.moveToThread(&m_thread);
        on([this] { m_inside = std::make_unique<Inside>(); });
        settings = std::make_unique<QSettings>(m_folder.filePath(QStringLiteral("windows.ini")),
                                               QSettings::IniFormat);
        core = std::make_unique<Core>(&m_context, &m_inside->services);
        core->setCollectMs(0);
    }
    ~TowerHouse()
    {
        core.reset();
        on([this] { m_inside.reset(); });
        on([this] { m_context.moveToThread(qApp->thread()); });
        m_thread.quit();
        m_thread.wait();
    }

    /// Runs `work` on the core thread and waits for it: for preparing and for looking.
    template <class Work>
    void on(Work work)
    {
        QMetaObject::invokeMethod(
            &m_context, [&work] { work(); }, Qt::BlockingQueuedConnection);
    }
    template <class Work>
    auto ask(Work work)
    {
        std::optional<std::invoke_result_t<Work, Services &>> answer;
        on([&] { answer = work(m_inside->services); });
        return *answer;
    }
    /// Waits on the core thread for what a coroutine answers; its ServiceError is a fault of the test.
    template <class Work>
    auto await(Work work)
    {
        return ask([&work](Services &s) {
            auto future = futureOf(work(s));
            (void)QTest::qWaitFor([&future] { return future.isFinished(); }, 15'000);
            return future.result();
        });
    }
    [[nodiscard]] SimulatedWallet &wallet() { return m_inside->wallet; }
    [[nodiscard]] SimulatedCloud &cloud() { return m_inside->cloud; }
    [[nodiscard]] ManualClock &clock() { return m_inside->clock; }
    /// The customer pays, and the tower has looked.
    void pay(const PaymentHash &hash)
    {
        on([this, hash] {
            m_inside->wallet.payInvoice(hash);
            QCoro::waitFor(m_inside->watcher.check(hash, true));
        });
    }
    /// A job, in whatever state it comes to when everything it asks for is paid.
    QString work(const QString &request, const std::optional<PubKey> &key = {})
    {
        const Job job = await([request, key](Services &s) { return s.jobs.create(request, key); });
        pay(job.evalPaymentHash);
        for (int i = 0; i < 500 && !isFinished(job.id); ++i) {
            const auto open =
                ask([id = job.id](Services &s) { return s.jobs.openInvoice(*s.jobs.find(id)); });
            if (open)
                pay(open->paymentHash);
            QTest::qWait(5);
        }
        return job.id;
    }
    /// A session with this deposit, paid.
    QString openSession(Sats deposit)
    {
        const Session session = await([deposit](Services &s) { return s.sessions.create(deposit, {}); });
        pay(session.depositPaymentHash);
        return session.id;
    }
    /// A node, whose customer brings a key; not paid for yet.
    BootstrapJob orderNode(const QString &refundAddress = {}, const std::optional<PubKey> &key = {})
    {
        const QByteArray name("ssh-ed25519");
        const QByteArray blob = QByteArray("\0\0\0\x0b", 4) + name + QByteArray("\0\0\0\x20", 4) +
                                QByteArray(32, static_cast<char>(++m_nodes));
        const NodeRequest request{QString::fromLatin1(name + ' ' + blob.toBase64()), refundAddress, key};
        return await([request](Services &s) { return s.bootstrap.create(request); }).job;
    }
    /// A BOLT 11 invoice of somebody else's.
    QString someInvoice(Sats amount, const QString &description = QStringLiteral("please"))
    {
        Bolt11Draft draft;
        draft.amount = toMsat(amount);
        draft.createdAt = m_inside->clock.now();
        draft.description = description;
        QByteArray seed(32, '\x05');
        seed[31] = static_cast<char>(++m_invoices);
        draft.paymentHash = *PaymentHash::fromHex(QByteArrayView(seed.toHex()));
        return encodeBolt11(draft, *SecretKey::fromBytes(seed));
    }
    /// A trusted member, who may have given a lightning address.
    PubKey addMember(int number, const QString &lightningAddress = {})
    {
        QByteArray seed(32, '\x51');
        seed[31] = static_cast<char>(number);
        const PubKey key = SecretKey::fromBytes(seed)->pubKey();
        on([&] {
            Inside &inside = *m_inside;
            Transaction transaction(*inside.database);
            inside.identities.changeScore(transaction, key, QStringLiteral("adjust"), {}, {},
                                          [](std::int64_t) { return 60; });
            if (!lightningAddress.isEmpty())
                inside.identities.setLightningAddress(transaction, key, lightningAddress);
            transaction.commit();
        });
        return key;
    }
    /// An event that Timmy signs; with a relay it waits to be published, which nobody does here.
    EventId sign(const QByteArray &content, const QString &purpose)
    {
        EventId id;
        on([&] {
            Inside &inside = *m_inside;
            Transaction transaction(*inside.database);
            id = inside.eventLog.log(transaction, {1, {}, content}, {purpose}, EventLog::Send::ToRelay).id;
            transaction.commit();
        });
        return id;
    }
    /// A receipt as it is once it was taken in, and since when its consumer is known.
    void addReceipt(const StoredReceipt &stored, Millis consumerSeen)
    {
        on([&] {
            Database &database = *m_inside->database;
            ReceiptStore store(database);
            Transaction transaction(database);
            store.addConsumer(transaction, stored.receipt.consumerNpub, consumerSeen);
            store.insert(transaction, stored);
            transaction.changed("receipt", stored.receipt.leaseId);
            transaction.commit();
        });
    }
    [[nodiscard]] NotingControl &control() { return m_inside->control; }

    /// Queues this many notes of a few writers, as fast as the service takes them. On the core thread.
    void fillQueue(int count)
    {
        constexpr int writers = 50;
        constexpr int together = 2'000; ///< events in one commit
        Services &s = m_inside->services;
        for (int i = 0; i < writers; ++i)
            s.relayAccounts.grant(key(i), AccessLevel::Write, {}, QStringLiteral("test"));
        for (int i = 0; i < count; ++i) {
            Event event;
            event.pubkey = key(i % writers);
            event.createdAt = start.value() / 1000 + i;
            event.kind = 1;
            event.content = "note " + QByteArray::number(i);
            event.id = event.computedId();
            s.moderationQueue.enqueue(event, [](bool) {});
            if (i % together == together - 1)
                s.moderationQueue.flush();
        }
        s.moderationQueue.flush();
    }

    static PubKey key(int number)
    {
        std::array<std::uint8_t, 32> bytes{};
        bytes[0] = static_cast<std::uint8_t>(number >> 8);
        bytes[1] = static_cast<std::uint8_t>(number);
        bytes[31] = 1;
        return PubKey(bytes);
    }

    std::unique_ptr<QSettings> settings;
    std::unique_ptr<Core> core;

private:
    bool isFinished(const QString &id)
    {
        const JobState state = ask([id](Services &s) { return s.jobs.find(id)->state; });
        return state == JobState::Complete || state == JobState::Failed || state == JobState::Rejected;
    }

    static QProcessEnvironment environment()
    {
        QProcessEnvironment out;
        out.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(64, QLatin1Char('5')));
        out.insert(QStringLiteral("TOWER_DATA_KEY"), QString(64, QLatin1Char('6')));
        return out;
    }

    struct Inside
    {
        TestDatabase database;
        ManualClock clock{start};
        /// Nobody outside is asked for the price of bitcoin.
        Settings settings{{{QStringLiteral("BTC_PRICE_SOURCES"), QString()}}, {}, {}};
        Secrets secrets{environment(), [this] { return openSecretsFile(database.dir()); }};
        Changes changes{*database};
        Activity activity{*database, clock};
        Identities identities{*database, clock, settings};
        RelayAccounts relayAccounts{*database, clock, settings, identities, activity};
        ModerationQueue moderationQueue{*database, clock, identities, activity};
        RelayManagement management{*database, clock, relayAccounts, moderationQueue, activity, changes};
        PolicyLog policyLog{*database, clock};
        RelayPolicy relayPolicy{*database,       clock,      settings, relayAccounts,
                                moderationQueue, management, policyLog};
        Trust trust{*database, clock, settings, identities, relayAccounts, activity};
        Vouches vouches{*database, clock, settings, identities, relayAccounts, trust, activity};
        SimulatedAgent agent;
        Reviewer reviewer{moderationQueue, settings, agent};
        SavedSettings savedSettings{*database, clock, settings, activity};
        SimulatedWallet wallet{*database, clock, secrets};
        Ledger ledger{*database, clock};
        Outgoing outgoing{*database, clock, wallet, ledger, instance};
        Refunds refunds{*database, clock, outgoing};
        Invoices invoices{*database, clock, wallet, ledger, refunds};
        PaymentWatcher watcher{clock, wallet, invoices, outgoing};
        PriceOracle oracle{settings, clock};
        Pricing pricing{settings};
        GenerosityPool pool{*database, clock, settings, identities, ledger, activity};
        TimmyIdentity timmy{*SecretKey::fromBytes(QByteArray(32, '\x07'))};
        EventLog eventLog{*database, clock, settings, timmy, activity};
        LnurlPay lnurl{settings};
        Zaps zaps{*database, clock, settings, identities};
        ZapHouse zapHouse{*database, clock, settings, &wallet, outgoing, eventLog, lnurl, zaps, instance};
        ZapPayer zapPayer{zapHouse};
        ZapsByHand zapsByHand{zapHouse, zapPayer, identities, activity};
        Engagement engagement{
            *database, clock, settings, identities, timmy, eventLog, agent, activity, [] { return Sats(0); }};
        WorkHouse house{*database, clock, settings,   invoices, outgoing, refunds, watcher,  ledger,  oracle,
                        pricing,   pool,  identities, trust,    zaps,     agent,   activity, instance};
        Jobs jobs{house};
        SessionMacaroons macaroons{secrets, clock};
        Sessions sessions{house, macaroons};
        SimulatedCloud cloud{*database, clock};
        SimulatedTailnet tailnet;
        NodeHouse nodeHouse{*database,
                            clock,
                            settings,
                            secrets,
                            invoices,
                            refunds,
                            watcher,
                            ledger,
                            activity,
                            wallet,
                            &wallet,
                            lnurl,
                            cloud,
                            &tailnet,
                            instance,
                            test::turningWait(clock),
                            [](const QString &, quint16) {
                                const Later<bool> answer;
                                answer.give(true);
                                return answer;
                            }};
        Bootstrap bootstrap{nodeHouse};
        NodeSweep nodeSweep{nodeHouse};
        Reconcile reconcile;
        NotingControl control{
            database,
            {*database, clock, settings, activity, wallet, outgoing, refunds, reconcile, agent, cloud}};
        Services services{identities, trust,           vouches,        relayAccounts, relayPolicy,
                          policyLog,  moderationQueue, reviewer,       activity,      changes,
                          settings,   savedSettings,   ledger,         invoices,      outgoing,
                          refunds,    oracle,          pricing,        pool,          zaps,
                          jobs,       sessions,        zapsByHand,     eventLog,      engagement,
                          bootstrap,  nodeSweep,       timmy.pubKey(), control};

        Inside()
        {
            pool.seed();
            addPoolChecks(reconcile);
            addSessionChecks(reconcile);
            jobs.start();
            sessions.start();
            bootstrap.start();
        }
        ~Inside()
        {
            jobs.stop();
            sessions.stop();
            bootstrap.stop();
            nodeSweep.stop();
            cloud.abort();
            agent.abort();
            wallet.abort();
        }
    };

    static inline const QString instance = QStringLiteral("this-window");

    int m_invoices = 0;
    int m_nodes = 0;
    QTemporaryDir m_folder;
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<Inside> m_inside;
};

} // namespace tower
