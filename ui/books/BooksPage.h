// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/books/ChecksView.h"
#include "ui/shell/PageWidget.h"

class QPushButton;
class QTabWidget;

namespace tower {

class LedgerView;
class OutgoingView;
class OwedView;

/// The books: every movement, what must always hold of them, what leaves and what is owed.
class BooksPage : public PageWidget
{
    Q_OBJECT

public:
    explicit BooksPage(const PageContext &context, QWidget *parent = nullptr);

    /// "checks", "owed", "outgoing", "outgoing:unknown"; a payment hash; an account of the ledger.
    void open(const QString &key) override;
    [[nodiscard]] LedgerView *ledger() const { return m_ledger; }
    [[nodiscard]] ChecksView *checks() const { return m_checks; }
    [[nodiscard]] OutgoingView *outgoing() const { return m_outgoing; }
    [[nodiscard]] OwedView *owed() const { return m_owed; }
    [[nodiscard]] Pill *verdict() const { return m_verdict; }

public slots:
    void reconcile();

protected:
    void showEvent(QShowEvent *event) override;

private:
    void openPayment(const PaymentHash &hash);
    void showReport(const ReconcileReport &report);
    void compare();
    void endRun();

    QTabWidget *m_tabs;
    LedgerView *m_ledger;
    ChecksView *m_checks;
    OutgoingView *m_outgoing;
    OwedView *m_owed;
    Pill *m_verdict;
    QPushButton *m_reconcile;
    bool m_everChecked = false;
};

} // namespace tower
