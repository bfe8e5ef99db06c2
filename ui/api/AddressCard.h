// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/TowerControl.h"
#include "ui/widgets/Card.h"

class QLineEdit;
class QPushButton;
class QSpinBox;

namespace tower {

class InlineMessage;
class Pill;

/// Where the API is, and its switches: start, stop, another address, a new admin token.
class AddressCard : public Card
{
    Q_OBJECT

public:
    explicit AddressCard(QWidget *parent = nullptr);

    /// What is being typed into the address is left alone.
    void show(const ApiState &state);
    /// A new token, this once, with a button to copy it.
    void showToken(const QString &token);
    void say(const QString &problem);
    void editDone();

signals:
    void start();
    void stop();
    void changeAddress(const QString &host, int port);
    void rotateToken();

private:
    Pill *m_state;
    Pill *m_tls;
    QLabel *m_url;
    QPushButton *m_toggle;
    QLineEdit *m_host;
    QSpinBox *m_port;
    QPushButton *m_apply;
    QPushButton *m_rotate;
    InlineMessage *m_message;
    InlineMessage *m_token;
    bool m_listening = false;
    bool m_editing = false;
};

} // namespace tower
