// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayAccounts.h"

#include <QWidget>

class QComboBox;
class QDateTimeEdit;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace tower {

class InlineMessage;

/// What the operator asks for.
struct AccessRequest
{
    RelayAccounts::BulkAction action = RelayAccounts::BulkAction::Grant;
    QStringList keys; ///< as typed or selected
    AccessLevel level = AccessLevel::Write;
    QString reason;
    std::optional<Millis> expiresAt;
};

/// Granting or revoking for one key or many: keys, level, until, reason. Nothing typed is lost on an error.
class AccessForm : public QWidget
{
    Q_OBJECT

public:
    AccessForm(RelayAccounts::BulkAction action, const QStringList &keys, QWidget *parent = nullptr);

    void setKeys(const QStringList &keys);
    [[nodiscard]] AccessRequest request() const;
    void say(const QString &problem);

public slots:
    void submit();

signals:
    void submitted(const tower::AccessRequest &request);
    void cancelled();

private:
    [[nodiscard]] QStringList keys() const;
    void describe();

    RelayAccounts::BulkAction m_action;
    QPlainTextEdit *m_keys;
    QComboBox *m_level = nullptr;
    QComboBox *m_until = nullptr;
    QDateTimeEdit *m_date = nullptr;
    QLineEdit *m_reason;
    InlineMessage *m_message;
    QPushButton *m_go;
    QPushButton *m_cancel;
};

} // namespace tower
