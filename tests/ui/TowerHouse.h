// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Changes.h"
#include "core/agent/SimulatedAgent.h"
#include "core/relay/RelayManagement.h"
#include "tests/support/TestDatabase.h"
#include "ui/shell/Core.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QThread>
#include <QtConcurrent>

#include <atomic>
#include <memory>

namespace tower {

/// A control that keeps notes of what it was asked.
class NotingControl final : public TowerControl
{
public:
    explicit NotingControl(const TestDatabase &database)
        : m_database(database)
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
    QFuture<ChainReport> verifyActivity(std::function<bool()> cancelled) override
    {
        return QtConcurrent::run([this, cancelled] {
            const auto connection = m_database.another(Database::Mode::ReadOnly);
            return Activity::verify(*connection, cancelled);
        });
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

private:
    const TestDatabase &m_database;
};

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
    struct Inside
    {
        TestDatabase database;
        ManualClock clock{start};
        Settings settings;
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
        NotingControl control{database};
        Services services{identities, trust,           vouches,  relayAccounts, relayPolicy,
                          policyLog,  moderationQueue, reviewer, activity,      changes,
                          settings,   savedSettings,   control};
    };

    QTemporaryDir m_folder;
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<Inside> m_inside;
};

} // namespace tower
