// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/SimulatedWallet.h"
#include "core/payments/Reconcile.h"
#include "core/work/Sessions.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"
#include "tests/work/TestAgent.h"

#include <QTest>

namespace tower::test {

inline constexpr Millis start = days(20'000);
inline const QString operatorName = QStringLiteral("admin:of-the-test");

/// What became of a task: its value, or the ServiceError that it threw.
template <class T>
struct Result
{
    std::optional<T> value;
    std::optional<ServiceError> error;

    [[nodiscard]] bool isThere() const { return value || error; }
    [[nodiscard]] QByteArray code() const { return error ? error->code() : QByteArray(); }
};
template <class T>
using Pending = std::shared_ptr<Result<T>>;

template <class T>
QCoro::Task<void> collect(QCoro::Task<T> task, Pending<T> into)
{
    try {
        T value = co_await task;
        into->value.emplace(std::move(value));
    } catch (const ServiceError &error) {
        into->error.emplace(error);
    } catch (const std::exception &error) {
        into->error.emplace(internalError(QString::fromUtf8(error.what()), "unexpected"));
    }
}
/// Lets a task run; what becomes of it is there sooner or later.
template <class T>
Pending<T> begun(QCoro::Task<T> task)
{
    auto pending = std::make_shared<Result<T>>();
    collect(std::move(task), pending);
    return pending;
}
template <class T>
Result<T> outcomeOf(const Pending<T> &pending)
{
    if (!QTest::qWaitFor([&] { return pending->isThere(); }, 30'000))
        throw internalError(QStringLiteral("The task does not end."), "does_not_end");
    return *pending;
}
template <class T>
Result<T> outcomeOf(QCoro::Task<T> task)
{
    return outcomeOf(begun(std::move(task)));
}
/// Its value, or its error thrown.
template <class T>
T valueOf(QCoro::Task<T> task)
{
    Result<T> result = outcomeOf(std::move(task));
    if (result.error)
        throw *result.error;
    return std::move(*result.value);
}

inline QProcessEnvironment environmentWith(char fill)
{
    QProcessEnvironment out;
    out.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(40, QLatin1Char(fill)));
    return out;
}

using Asked = std::variant<Sessions::Answer, Sessions::TopUpNeeded>;

/// All that sessions work with, over one connection: what one program has.
struct SessionServices
{
    SessionServices(Database &database, const Clock &clock, const Settings &settings, const Secrets &secrets,
                    const QString &instance)
        : db(database)
        , activity(database, clock)
        , identities(database, clock, settings)
        , relayAccounts(database, clock, settings, identities, activity)
        , trust(database, clock, settings, identities, relayAccounts, activity)
        , ledger(database, clock)
        , wallet(database, clock, secrets)
        , outgoing(database, clock, wallet, ledger, instance)
        , refunds(database, clock, outgoing)
        , invoices(database, clock, wallet, ledger, refunds)
        , watcher(clock, wallet, invoices, outgoing)
        , oracle(settings, clock)
        , pricing(settings)
        , pool(database, clock, settings, identities, ledger, activity)
        , zaps(database, clock, settings, identities)
        , macaroons(secrets, clock)
        , sessions({database, clock, settings, invoices, outgoing, refunds, watcher, ledger, oracle, pricing,
                    pool, identities, trust, zaps, agent, activity, instance},
                   macaroons)
    {
        pool.seed();
    }

    Database &db;
    TestAgent agent; // outlives the sessions, so that what it holds ends without them
    Activity activity;
    Identities identities;
    RelayAccounts relayAccounts;
    Trust trust;
    Ledger ledger;
    SimulatedWallet wallet;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;
    PriceOracle oracle;
    Pricing pricing;
    GenerosityPool pool;
    Zaps zaps;
    SessionMacaroons macaroons;
    Sessions sessions;

    /// The customer pays, and the wallet's notice arrives.
    void pay(const PaymentHash &paymentHash)
    {
        wallet.payInvoice(paymentHash);
        look(paymentHash);
    }
    void look(const PaymentHash &paymentHash)
    {
        invoices.book(paymentHash, *valueOf(wallet.lookup(paymentHash)));
    }
    Session session(const QString &id) { return sessions.find(id).value_or(Session()); }
    Session paid(Sats deposit, std::optional<PubKey> key = {})
    {
        const Session made = valueOf(sessions.create(deposit, key));
        pay(made.depositPaymentHash);
        return session(made.id);
    }
    QByteArray bearer(const Session &session) { return "Bearer " + sessions.macaroon(session); }

    Pending<Asked> ask(const Session &session, const QString &request, const QString &key = {})
    {
        return begun(sessions.request(session.id, request, bearer(session), key));
    }
    Result<Asked> answerTo(const Session &session, const QString &request, const QString &key = {})
    {
        return outcomeOf(ask(session, request, key));
    }
    /// The request as it was answered; throws what it threw, and "top_up_needed".
    SessionRequest answered(const Session &session, const QString &request, const QString &key = {})
    {
        const Result<Asked> result = answerTo(session, request, key);
        if (result.error)
            throw *result.error;
        if (const auto *answer = std::get_if<Sessions::Answer>(&*result.value))
            return answer->request;
        throw internalError(QStringLiteral("More sats are needed."), "top_up_needed");
    }
    Sats priceOf(const QString &request) { return pricing.quote(request, oracle.known()).sats; }
    PubKey known(int n, std::int64_t score)
    {
        PubKey key;
        key.data()[31] = static_cast<std::uint8_t>(n);
        trust.adjust(key, score, {}, operatorName);
        return key;
    }
    /// What is wrong with the books; empty when nothing is.
    QStringList wrong()
    {
        Reconcile reconcile;
        addPoolChecks(reconcile);
        addSessionChecks(reconcile);
        QStringList out;
        for (const CheckResult &check : reconcile.run(db, valueOf(wallet.balance())).checks) {
            if (!check.ok)
                out << check.name + QStringLiteral(": ") + check.detail;
        }
        return out;
    }
};

/// Somebody else's wallet, which invoices are for.
struct Payee
{
    explicit Payee(const Clock &clock)
        : wallet(*database, clock, secrets)
    {
    }

    TestDatabase database;
    Secrets secrets{environmentWith('o'), [this] { return openSecretsFile(database.dir()); }};
    SimulatedWallet wallet;
};

/// The services over a fresh database, with a clock that the test turns.
struct SessionHouse
{
    explicit SessionHouse(const QString &engine, const Settings::Values &values = {})
        : database(engine)
        , settings(withoutSources(values), {}, {})
    {
        // Test data need not survive a power cut.
        database->script(database.isPostgres() ? QStringLiteral("SET synchronous_commit = off")
                                               : QStringLiteral("PRAGMA synchronous = OFF"));
        boot();
    }

    TestDatabase database;
    ManualClock clock{start};
    Settings settings;
    Secrets secrets{environmentWith('t'), [this] { return openSecretsFile(database.dir()); }};
    std::unique_ptr<SessionServices> services;

    SessionServices *operator->() { return services.get(); }
    SessionServices &operator*() { return *services; }

    /// The program starts (again, as after a crash: what ran is gone).
    void boot(const QString &instance = QStringLiteral("here"))
    {
        services.reset();
        services = std::make_unique<SessionServices>(*database, clock, settings, secrets, instance);
    }
    /// An invoice that somebody else wants paid.
    QString invoice(Sats amount, const QString &memo = QStringLiteral("please"))
    {
        if (!m_payee)
            m_payee = std::make_unique<Payee>(clock);
        return valueOf(m_payee->wallet.createInvoice(amount, memo, seconds(3'600))).paymentRequest;
    }
    QStringList wrong() { return services->wrong(); }

private:
    static Settings::Values withoutSources(Settings::Values values)
    {
        values.try_emplace(QStringLiteral("BTC_PRICE_SOURCES"), QString()); // the price is the fallback
        return values;
    }

    std::unique_ptr<Payee> m_payee;
};

} // namespace tower::test
