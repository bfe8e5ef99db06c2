// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/Jobs.h"

#include "core/base/Error.h"

#include <QPointer>
#include <QUuid>

namespace tower {

namespace {

ServiceError stopping()
{
    return unavailable(QStringLiteral("The tower is stopping."), "stopping");
}

} // namespace

Jobs::Jobs(const WorkHouse &house, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(house.database, house.instance)
    , m_steps(house, m_store)
    , m_runner(house, m_store, m_steps)
{
    serve(InvoicePurpose::Eval, &JobSteps::evalPaid);
    serve(InvoicePurpose::Work, &JobSteps::workPaid);
    m_house.refunds.follow(
        RefundOwner::Job, [this](Transaction &transaction, const QString &id, const Refunds::Owed &owed) {
            m_store.setRefund(transaction, id, owed.amount, owed.state, m_house.clock.now());
        });
}

Jobs::~Jobs() = default;

void Jobs::serve(InvoicePurpose purpose, bool (JobSteps::*take)(Transaction &, const Invoice &, Sats))
{
    m_house.invoices.serve(
        purpose,
        [this, take](Transaction &transaction, const Invoice &invoice, Sats received) {
            if (!(m_steps.*take)(transaction, invoice, received))
                return false;
            transaction.afterCommit([this] { m_runner.wake(); });
            return true;
        },
        [this](Transaction &transaction, const Invoice &invoice) { m_steps.lapse(transaction, invoice); });
}

QCoro::Task<Job> Jobs::create(QString request, std::optional<PubKey> key)
{
    const QPointer<Jobs> self(this);
    m_house.pricing.checkRequest(request);
    Job job;
    job.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    job.request = request;
    job.pubkey = key;
    job.evalAmount = m_house.settings.sats(Setting::EvalFeeSats);
    const QString memo = QStringLiteral("Timmy: evaluation of job %1").arg(job.id);
    QCoro::Task<WalletInvoice> issuing = m_house.invoices.request(job.evalAmount, memo, Invoices::lifetime);
    const WalletInvoice issued = co_await issuing;
    if (!self)
        throw stopping();
    job.evalPaymentHash = issued.paymentHash;
    job.createdAt = m_house.clock.now();
    job.updatedAt = job.createdAt;
    m_steps.create(job, issued);
    co_return job;
}

QCoro::Task<Job> Jobs::poll(QString id)
{
    const QPointer<Jobs> self(this);
    const std::optional<Invoice> invoice = openInvoice(existing(id));
    if (invoice) {
        QCoro::Task<void> checking = m_house.watcher.check(invoice->paymentHash);
        co_await checking;
        if (!self)
            throw stopping();
    }
    co_return existing(id);
}

std::optional<Job> Jobs::find(const QString &id)
{
    return m_store.find(id);
}

Page<Job> Jobs::list(const JobFilter &filter, const PageRequest &page)
{
    return m_store.list(filter, page);
}

std::optional<Invoice> Jobs::openInvoice(const Job &job)
{
    if (job.state == JobState::AwaitingEvalPayment)
        return m_house.invoices.find(job.evalPaymentHash);
    if (job.state == JobState::AwaitingWorkPayment && job.workPaymentHash)
        return m_house.invoices.find(*job.workPaymentHash);
    return std::nullopt;
}

QCoro::Task<Job> Jobs::refund(QString id, QString bolt11)
{
    const QPointer<Jobs> self(this);
    existing(id);
    QCoro::Task<Refund> paying = m_house.refunds.pay(RefundOwner::Job, id, bolt11);
    co_await paying;
    if (!self)
        throw stopping();
    co_return existing(id);
}

void Jobs::start()
{
    m_runner.start();
}

void Jobs::stop()
{
    m_runner.stop();
}

void Jobs::wake()
{
    m_runner.wake();
}

Job Jobs::existing(const QString &id)
{
    std::optional<Job> job = m_store.find(id);
    if (!job)
        throw notFound(QStringLiteral("There is no such job."), "job_not_found");
    return *job;
}

} // namespace tower
