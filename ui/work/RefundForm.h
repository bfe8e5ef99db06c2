// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QTimer;

namespace tower {

class Facts;
class InlineMessage;

/// What is owed back to the customer of a job or session, and paying it: a BOLT 11 invoice of exactly the
/// amount, a preview of what will leave, an explicit button. Hidden while nothing is or was owed.
class RefundForm : public QWidget
{
    Q_OBJECT

public:
    RefundForm(Core &core, RefundOwner kind, const QString &ownerId, const QString &actor,
               QWidget *parent = nullptr);

    /// What is typed stays.
    void show(const std::vector<Refund> &refunds);
    [[nodiscard]] QLineEdit *field() const { return m_invoice; }
    [[nodiscard]] QPushButton *button() const { return m_pay; }
    [[nodiscard]] InlineMessage *message() const { return m_message; }
    [[nodiscard]] QString preview() const;

public slots:
    void pay();

private:
    void check();
    void checked(const Bolt11 &invoice, Sats due);
    void paid(const Refund &refund);

    Core &m_core;
    RefundOwner m_kind;
    QString m_ownerId;
    QString m_actor;
    std::vector<Sats> m_due; ///< what is pending, the oldest first
    int m_question = 0;
    bool m_paying = false;
    Facts *m_facts;
    QWidget *m_form;
    QLineEdit *m_invoice;
    QLabel *m_preview;
    InlineMessage *m_message;
    QPushButton *m_pay;
    QTimer *m_pause;
};

} // namespace tower
