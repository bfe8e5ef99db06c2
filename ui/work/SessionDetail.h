// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/work/SessionModel.h"

class QLineEdit;
class QPushButton;

namespace tower {

class ConfirmBar;
class DataTable;
class Facts;
class InlineMessage;
class InvoiceView;
class Pill;
class QuotedText;
class RefundForm;

/// Everything about one session but its requests, read in one turn of the core thread.
struct SessionStory
{
    Session session;
    std::optional<Invoice> openInvoice;
    std::vector<Refund> refunds;
};

/// Core thread. Nullopt: there is no such session.
std::optional<SessionStory> sessionStoryOf(Services &services, const QString &id);

/// One session: balance, the invoice it waits for, every request with its price, and closing it. Its
/// credential is never shown: it is the customer's money. GUI thread.
class SessionDetail : public QWidget
{
    Q_OBJECT

public:
    SessionDetail(const PageContext &context, const SessionStory &story, QWidget *parent = nullptr);

    [[nodiscard]] const QString &id() const { return m_id; }
    void show(const SessionStory &story);
    void say(const QString &problem);
    [[nodiscard]] DataTable *requests() const { return m_requests; }
    [[nodiscard]] SessionRequestModel *model() const { return m_model; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    [[nodiscard]] InvoiceView *invoice() const { return m_invoice; }

public slots:
    void askToClose();

signals:
    void closes(const QString &reason);

private:
    void buildClosing();
    void showRequest(const QString &id);

    QString m_id;
    Session m_session;
    Pill *m_state;
    InvoiceView *m_invoice;
    Facts *m_facts;
    RefundForm *m_refund;
    SessionRequestModel *m_model;
    DataTable *m_requests;
    Facts *m_priced;
    QuotedText *m_asked;
    QuotedText *m_answered;
    QWidget *m_closing;
    QLineEdit *m_reason;
    QPushButton *m_close;
    ConfirmBar *m_confirm;
    InlineMessage *m_message;
};

} // namespace tower
