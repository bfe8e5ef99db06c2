// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/nodes/NodeStory.h"
#include "ui/shell/PageWidget.h"

namespace tower {

class Facts;
class InvoiceView;
class NodeActions;
class NodeRefund;
class Pill;

/// One node: its stages, the invoice it waits for, how to reach it, what it has at the provider, what is owed
/// back, and what can be done with it. Its private key is never read here: it is the customer's. GUI thread.
class NodeDetail : public QWidget
{
    Q_OBJECT

public:
    NodeDetail(const PageContext &context, const NodeStory &story, QWidget *parent = nullptr);

    [[nodiscard]] const QString &id() const { return m_id; }
    void show(const NodeStory &story);
    [[nodiscard]] TimeLine *timeLine() const { return m_timeLine; }
    [[nodiscard]] InvoiceView *invoice() const { return m_invoice; }
    [[nodiscard]] NodeRefund *refund() const { return m_refund; }
    [[nodiscard]] NodeActions *actions() const { return m_actions; }
    [[nodiscard]] Facts *facts() const { return m_facts; }
    [[nodiscard]] Facts *reach() const { return m_reach; }
    [[nodiscard]] Facts *things() const { return m_things; }
    [[nodiscard]] Pill *simulated() const { return m_simulated; }

private:
    void showFacts(const NodeStory &story);
    void showReach(const BootstrapJob &job);
    void showThings(const NodeStory &story);

    QString m_id;
    Pill *m_state;
    Pill *m_simulated;
    TimeLine *m_timeLine;
    NodeRefund *m_refund;
    InvoiceView *m_invoice;
    Facts *m_reach;
    Facts *m_facts;
    Facts *m_things;
    NodeActions *m_actions;
};

} // namespace tower
