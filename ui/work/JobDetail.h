// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/TimeLine.h"

namespace tower {

class Facts;
class InvoiceView;
class Pill;
class QuotedText;
class RefundForm;

/// Everything about one job, read in one turn of the core thread.
struct JobStory
{
    Job job;
    std::optional<WorkMargin> margin;
    QString model; ///< that worked, or would
    std::optional<Invoice> evalInvoice;
    std::optional<Invoice> workInvoice;
    std::optional<Invoice> openInvoice; ///< that is waited for
    std::vector<Refund> refunds;
    std::vector<LedgerRow> movements; ///< of the job's account, oldest first
};

/// Core thread. Nullopt: there is no such job.
std::optional<JobStory> jobStoryOf(Services &services, const QString &id);

std::vector<Stage> stagesOf(const JobStory &story);

/// One job's whole story: its stages, the invoice it waits for, how it was priced, what it cost and who paid,
/// what is owed back, what was asked and answered. GUI thread.
class JobDetail : public QWidget
{
    Q_OBJECT

public:
    JobDetail(const PageContext &context, const JobStory &story, QWidget *parent = nullptr);

    [[nodiscard]] const QString &id() const { return m_id; }
    void show(const JobStory &story);
    [[nodiscard]] TimeLine *timeLine() const { return m_timeLine; }
    [[nodiscard]] InvoiceView *invoice() const { return m_invoice; }
    [[nodiscard]] RefundForm *refund() const { return m_refund; }
    [[nodiscard]] Facts *cost() const { return m_cost; }
    [[nodiscard]] Facts *pricing() const { return m_pricing; }

private:
    void showFacts(const JobStory &story);
    void showPricing(const JobStory &story);
    void showCost(const JobStory &story);

    QString m_id;
    Pill *m_state;
    Pill *m_free;
    TimeLine *m_timeLine;
    InvoiceView *m_invoice;
    Facts *m_facts;
    RefundForm *m_refund;
    Facts *m_pricing;
    Facts *m_cost;
    Facts *m_movements;
    QuotedText *m_request;
    QuotedText *m_result;
};

/// A quote's figures, as jobs and session requests have them alike.
void addQuote(Facts &facts, const Quote &quote);
void addCost(Facts &facts, const WorkCost &cost);

} // namespace tower
