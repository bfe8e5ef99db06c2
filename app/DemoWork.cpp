// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/DemoWork.h"

#include "app/DemoTexts.h"

#include <QCoreApplication>
#include <QCoroTask>

namespace tower {

namespace {

const QString instance = QStringLiteral("demo");
const QString operatorName = QStringLiteral("admin:console");

bool isMoving(const Job &job)
{
    return job.state == JobState::Evaluating || job.state == JobState::Executing;
}

} // namespace

DemoWork::DemoWork(const TowerOptions &options, Database &database, const Clock &clock,
                   Identities &identities, Trust &trust, Activity &activity)
    : m_settings(settingsOf(options))
    , m_secrets(options.environment, [dir = options.dataDir] { return openSecretsFile(dir); })
    , m_ledger(database, clock)
    , m_wallet(database, clock, m_secrets)
    , m_outgoing(database, clock, m_wallet, m_ledger, instance)
    , m_refunds(database, clock, m_outgoing)
    , m_invoices(database, clock, m_wallet, m_ledger, m_refunds)
    , m_watcher(clock, m_wallet, m_invoices, m_outgoing)
    , m_oracle(m_settings, clock)
    , m_pricing(m_settings)
    , m_pool(database, clock, m_settings, identities, m_ledger, activity)
    , m_zaps(database, clock, m_settings, identities)
    , m_house{database,  clock,  m_settings, m_invoices, m_outgoing, m_refunds, m_watcher, m_ledger, m_oracle,
              m_pricing, m_pool, identities, trust,      m_zaps,     m_agent,   activity,  instance}
    , m_jobs(m_house)
    , m_macaroons(m_secrets, clock)
    , m_sessions(m_house, m_macaroons)
{
    m_secrets.generateMissing([](Secret) { return true; });
    m_pool.seed();
    m_jobs.start();
}

/// Nobody is asked for the price of a month ago; and Timmy zaps, so that there are zaps to look at.
Settings DemoWork::settingsOf(const TowerOptions &options)
{
    Settings settings = options.settings;
    if (!settings.isFixed(Setting::BtcPriceSources))
        settings.setSaved(Setting::BtcPriceSources, QString());
    // Trusted members pay a part, and get a part of that back.
    if (!settings.isFixed(Setting::ZapPctDefault))
        settings.setSaved(Setting::ZapPctDefault, QStringLiteral("50"));
    if (!settings.isFixed(Setting::FreeTierBudgetTrusted))
        settings.setSaved(Setting::FreeTierBudgetTrusted, QStringLiteral("12"));
    return settings;
}

void DemoWork::pay(const Invoice &invoice)
{
    m_wallet.payInvoice(invoice.paymentHash);
    QCoro::waitFor(m_watcher.check(invoice.paymentHash, true));
}

Job DemoWork::settledJob(const QString &id)
{
    Job job = *m_jobs.find(id);
    while (isMoving(job)) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
        job = *m_jobs.find(id);
    }
    return job;
}

void DemoWork::job(const std::optional<PubKey> &customer, int number)
{
    const Job made = QCoro::waitFor(m_jobs.create(demo::request(number), customer));
    if (number % 11 == 10)
        return; // not paid yet
    pay(*m_jobs.openInvoice(made));
    const Job priced = settledJob(made.id);
    const std::optional<Invoice> work = m_jobs.openInvoice(priced);
    if (!work || number % 13 == 12)
        return;
    pay(*work);
    settledJob(made.id);
}

void DemoWork::session(const std::optional<PubKey> &customer, int number)
{
    const Session made = QCoro::waitFor(m_sessions.create(Sats(200 + number % 7 * 300), customer));
    if (number % 5 == 4)
        return;
    pay(*m_sessions.openInvoice(made));
    const QByteArray authorization = "Bearer " + m_macaroons.mint(*m_sessions.find(made.id));
    for (int i = 0; i < 1 + number % 6; ++i)
        QCoro::waitFor(m_sessions.request(made.id, demo::request(number + i), authorization, QString()));
}

void DemoWork::adjustPool(Sats sats, const QString &reason)
{
    m_pool.adjust(sats, reason, operatorName);
}

} // namespace tower
