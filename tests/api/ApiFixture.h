// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/SimulatedAgent.h"
#include "core/api/ApiServer.h"
#include "core/nodes/SimulatedCloud.h"
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "tests/api/Contract.h"
#include "tests/support/TestDatabase.h"

#include <QJsonDocument>
#include <QMap>
#include <QSet>
#include <QTcpSocket>

#include <memory>

namespace tower {

/// What a client sends, byte for byte.
struct Ask
{
    QByteArray method = "GET";
    QByteArray target; ///< path and query
    QByteArray body{};
    QMap<QByteArray, QByteArray> headers{};

    [[nodiscard]] Ask with(const QByteArray &name, const QByteArray &value) const;
};

struct Answer
{
    int status = 0;                       ///< 0: none came
    QMap<QByteArray, QByteArray> headers; ///< names in lower case
    QByteArray body;

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
    [[nodiscard]] QJsonArray array() const { return QJsonDocument::fromJson(body).array(); }
    [[nodiscard]] QJsonArray items() const { return json().value(u"items").toArray(); }
    [[nodiscard]] QString text(const char *name) const
    {
        return json().value(QLatin1String(name)).toString();
    }
    /// "refund.amountSats": a value inside.
    [[nodiscard]] QJsonValue at(const QString &path) const;
    [[nodiscard]] Sats sats(const QString &path) const { return Sats(at(path).toInteger(-1)); }
    /// "400 invalid_level level": status, code and field of an error.
    [[nodiscard]] QByteArray brief() const;
};

/// A request under way on a connection of its own.
class OpenCall
{
public:
    OpenCall(quint16 port, const Ask &ask);

    [[nodiscard]] bool isAnswered();
    [[nodiscard]] Answer answer();
    void hangUp() { m_socket.abort(); }

private:
    QByteArray m_method;
    QTcpSocket m_socket;
    QByteArray m_said;
};

/// The API over a database of its own, on the simulated wallet, agent and cloud, with a clock that stands
/// still but for the making of nodes; no price source is asked unless the settings name one. The agent's
/// [[slow]] lasts until release(). Every answer to ask() is held against openapi.yaml; one that differs fails
/// the test that asked.
class ApiFixture
{
public:
    static inline const QByteArray adminToken = "the-admin-token-of-this-test";
    static inline const QByteArray policySecret = "the-policy-secret-of-this-test";

    explicit ApiFixture(const QString &engine, const Settings::Values &commandLine = {},
                        HttpHostOptions options = {});
    ~ApiFixture();

    Answer ask(const Ask &ask);
    /// With the admin token.
    Answer get(const QByteArray &target);
    Answer post(const QByteArray &target, const QJsonObject &body);
    Answer post(const QByteArray &target, const QByteArray &body);
    Answer patch(const QByteArray &target, const QJsonObject &body);
    static Ask asAdmin(Ask ask);
    /// By anybody, or with a header of the caller's.
    Answer say(const QByteArray &target, const QJsonObject &body, const QByteArray &header = {},
               const QByteArray &value = {});
    /// Not awaited; admin.
    std::unique_ptr<OpenCall> start(const QByteArray &target);

    /// Asks the policy about an event; the action and the message.
    QPair<QString, QString> decide(const Event &event);

    /// An identity with this score, its token, and a request of it.
    QByteArray tokenOf(quint32 number, std::int64_t score = 0);
    /// Pays an invoice of ours as a customer does ("evalInvoice", "workInvoice", "invoice").
    Answer pay(const Answer &answer, const char *invoice);
    /// The job once it waits for nothing but a payment, or has ended.
    Answer settledJob(const QByteArray &id);
    /// The job after its evaluation, which is paid for here.
    Answer evaluatedJob(const QString &request, const QByteArray &token = {});
    /// And after the work, which is paid for if it is to be.
    Answer finishedJob(const QString &request, const QByteArray &token = {});
    /// A session whose deposit is paid, as GET shows it.
    Answer fundedSession(int sats, const QByteArray &token = {});
    /// An order of a node; `body` as the customer sends it.
    Answer orderedNode(const QJsonObject &body = {});
    /// The node once it is ready or failed, as its own story shows it: nothing is delivered by that.
    Answer settledNode(const QByteArray &id);
    /// An order that is paid, once it is ready or failed.
    Answer finishedNode(const QJsonObject &body = {});
    /// An invoice of another wallet of the simulated network.
    QString foreignInvoice(Sats amount);
    /// What GET /api/admin/reconcile says; its answer is printed when it is no.
    bool booksAgree();
    /// Lets go on what [[slow]] holds.
    void release();

    /// A new API over the same services, as after a restart.
    void restartApi();
    /// Hash of the last activity row, and the last change: the same when nothing happened between.
    QByteArray state();

    [[nodiscard]] quint16 port() const { return api->host().port(); }
    [[nodiscard]] QByteArray host() const { return "127.0.0.1:" + QByteArray::number(port()); }
    /// "GET /api/healthz" and so on: the operations that answered 2xx so far.
    [[nodiscard]] const QSet<QByteArray> &served() const { return m_served; }

    const Contract &contract;
    TestDatabase database;
    ManualClock clock{Millis(1'800'000'000'000)};
    Settings settings;
    Secrets secrets;
    Reader reader;
    Activity activity;
    Changes changes;
    SavedSettings savedSettings;
    Ledger ledger;
    Reconcile reconcile;
    Identities identities;
    RelayAccounts relayAccounts;
    Trust trust;
    Tokens tokens;
    SignIn signIn;
    Vouches vouches;
    PolicyLog policyLog;
    ModerationQueue queue;
    RelayManagement relayManagement;
    RelayPolicy relayPolicy;
    SimulatedWallet wallet;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;
    std::vector<Later<bool>> slowRequests;
    SimulatedAgent agent;
    PriceOracle oracle;
    Pricing pricing;
    GenerosityPool pool;
    Zaps zaps;
    Jobs jobs;
    SessionMacaroons macaroons;
    Sessions sessions;
    TimmyIdentity timmy;
    EventLog events;
    LnurlPay lnurl;
    ZapPayer zapPayer;
    ZapsByHand zapsByHand;
    MintKeys mintKeys;
    Receipts receipts;
    SimulatedCloud cloud;
    SimulatedTailnet tailnet;
    Bootstrap bootstrap;
    NodeSweep nodeSweep;
    /// Whoever makes nodes waits; otherwise what it waits for is there at once, by the clock.
    bool nodesWait = false;
    /// What the API is to take for the wallet: nullptr for a real one.
    SimulatedWallet *simulatedWallet = &wallet;
    std::unique_ptr<ApiServer> api;

private:
    WorkHouse workHouse();
    ZapHouse zapHouse();
    NodeHouse nodeHouse();
    Later<bool> nodeWait(Millis duration);

    QObject m_timers; ///< they go with it
    std::vector<Later<bool>> m_nodeWaits;
    HttpHostOptions m_options;
    QSet<QByteArray> m_served;
};

/// A key that is the same in every run.
SecretKey testKey(quint32 number);
inline PubKey testPubKey(quint32 number)
{
    return testKey(number).pubKey();
}
/// A signed event of that key.
Event signedEvent(const SecretKey &author, int kind, const QByteArray &content,
                  std::vector<std::vector<QByteArray>> tags = {});

} // namespace tower
