// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/Theme.h"

#include <functional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace tower {

class InlineMessage;

/// What can be done about a zap that did not end well: one that failed is sent once more, with a preview; of
/// an unknown one the wallet is asked, and only when it can't say, the operator settles it by hand. Hidden
/// when there is nothing to do.
class ZapRemedy : public QWidget
{
    Q_OBJECT

public:
    explicit ZapRemedy(const PageContext &context, QWidget *parent = nullptr);

    /// What is typed stays.
    void show(const Zap &zap);
    [[nodiscard]] QLineEdit *reason() const { return m_reason; }
    [[nodiscard]] QPushButton *retryButton() const { return m_retry; }
    [[nodiscard]] QPushButton *askButton() const { return m_ask; }
    [[nodiscard]] QPushButton *paidButton() const { return m_paid; }
    [[nodiscard]] QPushButton *failedButton() const { return m_failed; }
    [[nodiscard]] InlineMessage *message() const { return m_message; }
    [[nodiscard]] QString preview() const;

public slots:
    void retry();
    void askWallet();
    void askToSettle(bool paid);

signals:
    /// Before what can't be undone.
    void confirmAsked(const QString &question, const QString &verb, std::function<void()> then);

private:
    void showActions();
    void settle(bool paid, const QString &reason);
    void begin(const QString &doing);
    void tell(const Zap &zap);
    void refused(const ServiceError &error);

    PageContext m_context;
    Zap m_zap;
    bool m_busy = false;
    QLabel *m_preview;
    QLineEdit *m_reason;
    InlineMessage *m_message;
    QPushButton *m_retry;
    QPushButton *m_ask;
    QPushButton *m_paid;
    QPushButton *m_failed;
};

/// How a zap that was just sent ended, in a sentence.
std::pair<Tone, QString> sentenceOf(const Zap &zap);

} // namespace tower
