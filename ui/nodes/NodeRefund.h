// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/nodes/NodeStory.h"
#include "ui/shell/PageWidget.h"

class QPushButton;

namespace tower {

class ConfirmBar;
class RefundForm;

/// What is owed back for a node, and paying it: to an invoice of the customer's, or to the lightning address
/// that came with the order. Hidden while nothing is or was owed. GUI thread.
class NodeRefund : public QWidget
{
    Q_OBJECT

public:
    NodeRefund(const PageContext &context, const QString &nodeId, QWidget *parent = nullptr);

    void show(const NodeStory &story);
    [[nodiscard]] RefundForm *form() const { return m_form; }
    /// Hidden without an address, and while nothing can be paid.
    [[nodiscard]] QPushButton *toAddress() const { return m_toAddress; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    [[nodiscard]] InlineMessage *message() const { return m_message; }

private:
    void ask();
    void pay();
    void paid(const BootstrapJob &job);

    PageContext m_context;
    QString m_nodeId;
    QString m_address;
    Sats m_due; ///< pending
    bool m_paying = false;
    RefundForm *m_form;
    QPushButton *m_toAddress;
    ConfirmBar *m_confirm;
    InlineMessage *m_message;
};

} // namespace tower
