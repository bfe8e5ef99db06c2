// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/DemoWork.h"

#include "app/DemoTexts.h"

#include <QCoreApplication>
#include <QCoroTask>

namespace tower {

namespace {

const QString operatorName = QStringLiteral("admin:console");

bool isMoving(const Job &job)
{
    return job.state == JobState::Evaluating || job.state == JobState::Executing;
}

} // namespace

DemoWork::DemoWork(DemoSats &sats, Database &database, const Clock &clock, Identities &identities,
                   Trust &trust, Activity &activity)
    : m_sats(sats)
    , m_oracle(sats.settings, clock)
    , m_pricing(sats.settings)
    , m_pool(database, clock, sats.settings, identities, sats.ledger, activity)
    , m_zaps(database, clock, sats.settings, identities)
    , m_house{database,
              clock,
              sats.settings,
              sats.invoices,
              sats.outgoing,
              sats.refunds,
              sats.watcher,
              sats.ledger,
              m_oracle,
              m_pricing,
              m_pool,
              identities,
              trust,
              m_zaps,
              m_agent,
              activity,
              DemoSats::instance}
    , m_jobs(m_house)
    , m_macaroons(sats.secrets, clock)
    , m_sessions(m_house, m_macaroons)
{
    m_pool.seed();
    m_jobs.start();
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
    m_sats.pay(m_jobs.openInvoice(made)->paymentHash);
    const Job priced = settledJob(made.id);
    const std::optional<Invoice> work = m_jobs.openInvoice(priced);
    if (!work || number % 13 == 12)
        return;
    m_sats.pay(work->paymentHash);
    settledJob(made.id);
}

void DemoWork::session(const std::optional<PubKey> &customer, int number)
{
    const Session made = QCoro::waitFor(m_sessions.create(Sats(200 + number % 7 * 300), customer));
    if (number % 5 == 4)
        return;
    m_sats.pay(m_sessions.openInvoice(made)->paymentHash);
    const QByteArray authorization = "Bearer " + m_macaroons.mint(*m_sessions.find(made.id));
    for (int i = 0; i < 1 + number % 6; ++i)
        QCoro::waitFor(m_sessions.request(made.id, demo::request(number + i), authorization, QString()));
}

void DemoWork::adjustPool(Sats sats, const QString &reason)
{
    m_pool.adjust(sats, reason, operatorName);
}

} // namespace tower
