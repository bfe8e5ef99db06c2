// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Nip19.h"
#include "core/outreach/ZapsByHand.h"
#include "core/payments/Reconcile.h"
#include "tests/identity/IdentityHouse.h"
#include "tests/lightning/Awaited.h"
#include "tests/payments/ScriptedWallet.h"
#include "tests/peers/LnurlPeer.h"

#include <QTest>

namespace tower::test {

/// The services of one program over one connection. It goes when the program crashes; database, wallet and
/// the recipient's service stay.
struct ZapProgram
{
    ZapProgram(Database &db, const Clock &clock, const Settings &settings, Wallet &wallet,
               const TimmyIdentity &timmy, const QString &instance)
        : database(db)
        , activity(db, clock)
        , identities(db, clock, settings)
        , ledger(db, clock)
        , outgoing(db, clock, wallet, ledger, instance)
        , events(db, clock, settings, timmy, activity)
        , lnurl(settings)
        , zaps(db, clock, settings, identities)
        , house{db,    clock, settings, qobject_cast<SimulatedWallet *>(&wallet), outgoing, events,
                lnurl, zaps,  instance}
        , payer(house)
        , byHand(house, payer, identities, activity)
    {
    }

    Database &database;
    Activity activity;
    Identities identities;
    Ledger ledger;
    Outgoing outgoing;
    EventLog events;
    LnurlPay lnurl;
    Zaps zaps;
    ZapHouse house;
    ZapPayer payer;
    ZapsByHand byHand;
};

/// What ScriptedWallet gives as reason with every outcome of an order.
inline const QString walletSays = QStringLiteral("as the test wants it");

inline Settings::Values zapSettings()
{
    return {{QStringLiteral("LNURL_ALLOW_PRIVATE"), QStringLiteral("1")},
            {QStringLiteral("ZAP_PCT_DEFAULT"), QStringLiteral("10")}};
}

/// A trusted customer whose lightning address is the stand-in's, a tower whose wallet holds sats, and its
/// program.
class ZapTestHouse
{
public:
    explicit ZapTestHouse(const QString &engine)
        : identity(engine)
        , settings(zapSettings(), {}, {})
        , wallet(identity.clock)
        , peer(identity.clock)
    {
        settings.setSaved(Setting::NostrRelayUrl, QStringLiteral("ws://127.0.0.1:7777"));
        addCustomer(customer(), peer.address());
        start();
        fund(Sats(100'000));
    }
    ~ZapTestHouse() { crash(); }

    void start(const QString &instance = QStringLiteral("one"))
    {
        m_program = program(*identity.database, instance);
    }
    /// The program is gone, whatever it was doing.
    void crash()
    {
        m_program.reset();
        wallet.letGo();
    }
    std::unique_ptr<ZapProgram> program(Database &database, const QString &instance)
    {
        return std::make_unique<ZapProgram>(database, identity.clock, settings, wallet, timmy, instance);
    }
    ZapProgram *operator->() { return m_program.get(); }
    [[nodiscard]] ManualClock &clock() { return identity.clock; }
    [[nodiscard]] Database &database() { return *identity.database; }

    static PubKey customer() { return SecretKey::fromBytes(QByteArray(32, 7))->pubKey(); }
    void addCustomer(const PubKey &key, const QString &address)
    {
        identity.setScore(key, 60);
        Transaction transaction(database());
        identity.identities.setLightningAddress(transaction, key, address);
        transaction.commit();
    }
    void fund(Sats amount)
    {
        Transaction transaction(database());
        m_program->ledger.post(transaction,
                               movements::corrected(m_program->ledger.nextCorrection(transaction), amount));
        transaction.commit();
        wallet.held += toMsat(amount);
    }

    /// A job of that name is complete, as some program sees it; its zap is 10 % of what it kept.
    void complete(ZapProgram &services, const QString &job, Sats workSats = Sats(1'000))
    {
        Transaction transaction(services.database);
        services.database.execute(R"(
            INSERT INTO jobs (id, request, state, eval_payment_hash, eval_amount_sats, created_at, updated_at)
            VALUES (?, 'x', 'complete', '', 10, 0, 0) ON CONFLICT DO NOTHING)",
                                  {job});
        services.zaps.intend(transaction, job, customer(), workSats);
        transaction.commit();
    }
    void complete(const QString &job = QStringLiteral("job")) { complete(*m_program, job); }
    Zap zap(const QString &job = QStringLiteral("job"))
    {
        const std::optional<QString> id = database().one("SELECT id FROM zaps WHERE job_id = ?", {job},
                                                         [](const Row &row) { return row.text("id"); });
        return m_program->zaps.find(id.value_or(QString())).value_or(Zap());
    }
    /// Carries the job's zap out; as it is then.
    Zap carriedOut(const QString &job = QStringLiteral("job"))
    {
        const QString id = zap(job).id;
        carryOut(id);
        return zap(job);
    }
    void carryOut(const QString &id) { waitFor(m_program->payer.carryOut(id)); }
    static void waitFor(QCoro::Task<void> &&task)
    {
        const auto counted = [](QCoro::Task<void> inner) -> QCoro::Task<int> {
            co_await inner;
            co_return 1;
        };
        QCOMPARE(ended(counted(std::move(task))).value, 1);
    }
    /// Asks the wallet what became of a zap's payment.
    void resolve(const Zap &zap) { ended(m_program->outgoing.resolve(zap.outgoingId)); }

    [[nodiscard]] int paymentsSent() const
    {
        int sent = 0;
        for (const auto &[hash, times] : wallet.sent)
            sent += times;
        return sent;
    }
    Sats spent() { return m_program->ledger.balance(Account::zaps()); }
    /// "" when the books are right.
    QString wrongInBooks()
    {
        QString out;
        for (const CheckResult &check : Reconcile().run(database(), wallet.held).checks)
            out += check.ok ? QString() : check.name + QStringLiteral(": ") + check.detail;
        return out;
    }
    std::vector<LoggedEvent> requests()
    {
        EventLogFilter filter;
        filter.purpose = QStringLiteral("zap_request");
        return m_program->events.list(filter, {}).items;
    }

    IdentityHouse identity;
    Settings settings;
    TimmyIdentity timmy{*SecretKey::fromBytes(QByteArray(32, 5))};
    ScriptedWallet wallet;
    LnurlPeer peer;

private:
    std::unique_ptr<ZapProgram> m_program;
};

} // namespace tower::test
