// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/TimeLine.h"

namespace tower {

class Facts;
class Pill;
class QuotedText;
class ZapRemedy;

/// Everything about one zap, read in one turn of the core thread.
struct ZapStory
{
    Zap zap;
    std::optional<LoggedEvent> request;
    std::optional<OutgoingPayment> payment;
};

/// Core thread. Nullopt: there is no such zap.
std::optional<ZapStory> zapStoryOf(Services &services, const QString &id);

std::vector<Stage> stagesOf(const ZapStory &story);

/// One zap's whole story: what was asked of whose service, the invoice, the payment, the receipt, and what
/// can be done about it. GUI thread.
class ZapDetail : public QWidget
{
    Q_OBJECT

public:
    ZapDetail(const PageContext &context, const ZapStory &story, QWidget *parent = nullptr);

    [[nodiscard]] const QString &id() const { return m_id; }
    void show(const ZapStory &story);
    [[nodiscard]] ZapRemedy *remedy() const { return m_remedy; }
    [[nodiscard]] TimeLine *timeLine() const { return m_timeLine; }
    [[nodiscard]] Facts *facts() const { return m_facts; }
    [[nodiscard]] Facts *payment() const { return m_payment; }
    [[nodiscard]] QuotedText *request() const { return m_request; }

private:
    void showFacts(const Zap &zap);
    void showPayment(const ZapStory &story);
    void addWay(Facts *facts, const QString &caption, const QString &text, const QString &page,
                const QString &key);

    PageContext m_context;
    QString m_id;
    Pill *m_state;
    Pill *m_simulated;
    TimeLine *m_timeLine;
    Facts *m_facts;
    ZapRemedy *m_remedy;
    Facts *m_payment;
    Facts *m_proof;
    QuotedText *m_request;
};

} // namespace tower
