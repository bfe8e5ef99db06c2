// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

class QAction;
class QComboBox;
class QLineEdit;

namespace tower {

class ConfirmBar;
class DataTable;

/// Money that leaves: refunds, withdrawals, zaps. Where nobody knows how a payment ended, the wallet is
/// asked; only when it can't say, the operator settles it by hand.
class OutgoingView : public QWidget
{
    Q_OBJECT

public:
    explicit OutgoingView(const PageContext &context, QWidget *parent = nullptr);

    /// "unknown" or another state's name, or a payment hash.
    void open(const QString &key);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] KeyedModel<OutgoingPayment> *model() const { return m_model; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    [[nodiscard]] QLineEdit *reason() const { return m_reason; }

public slots:
    void askWallet();
    void askToSettle(bool paid);

signals:
    void started();
    void ended();
    void said(tower::Tone tone, const QString &text);

private:
    void buildTable();
    void showActions();
    void resolved(const OutgoingPayment &payment);
    void settle(const QString &id, bool paid, const QString &reason);
    [[nodiscard]] const OutgoingPayment *chosen() const;

    PageContext m_context;
    std::shared_ptr<OutgoingFilter> m_filter;
    KeyedModel<OutgoingPayment> *m_model;
    DataTable *m_table;
    QComboBox *m_state;
    QAction *m_ask;
    QAction *m_paid;
    QAction *m_failed;
    QLineEdit *m_reason;
    ConfirmBar *m_confirm;
};

} // namespace tower
