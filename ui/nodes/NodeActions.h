// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

class QLineEdit;
class QPushButton;

namespace tower {

class ConfirmBar;

/// What the operator can do with a node: have it tried again at once, or end it. Ending asks for the
/// beginning of the node's id. GUI thread.
class NodeActions : public QWidget
{
    Q_OBJECT

public:
    explicit NodeActions(const PageContext &context, QWidget *parent = nullptr);

    void show(const BootstrapJob &job);
    [[nodiscard]] QPushButton *retryButton() const { return m_retry; }
    [[nodiscard]] QPushButton *destroyButton() const { return m_destroy; }
    [[nodiscard]] QLineEdit *reason() const { return m_reason; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    [[nodiscard]] InlineMessage *message() const { return m_message; }

public slots:
    void retry();
    void askToDestroy();

private:
    void destroy();
    void failed(const ServiceError &error);

    PageContext m_context;
    BootstrapJob m_job;
    QPushButton *m_retry;
    QWidget *m_ending;
    QLineEdit *m_reason;
    QPushButton *m_destroy;
    ConfirmBar *m_confirm;
    InlineMessage *m_message;
};

} // namespace tower
