// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/publish/EventLog.h"

#include <QWidget>

class QPlainTextEdit;
class QPushButton;

namespace tower {

class Facts;
class Pill;

/// One event that Timmy signed: what for, how far it has come, the event itself. GUI thread.
class EventDetail : public QWidget
{
    Q_OBJECT

public:
    explicit EventDetail(const LoggedEvent &event, QWidget *parent = nullptr);

    [[nodiscard]] const EventId &id() const { return m_id; }
    void show(const LoggedEvent &event);
    [[nodiscard]] Facts *facts() const { return m_facts; }
    [[nodiscard]] QString raw() const;
    [[nodiscard]] QPushButton *sendButton() const { return m_send; }

signals:
    void sendAsked();

private:
    EventId m_id;
    Pill *m_state;
    Facts *m_facts;
    QPushButton *m_send;
    QPlainTextEdit *m_raw;
};

/// A raw event with its members on lines of their own.
QString readableEvent(const QByteArray &raw);

} // namespace tower
