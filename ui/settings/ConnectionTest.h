// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/Theme.h"

#include <QWidget>

class QPushButton;

namespace tower {

class InlineMessage;

/// A report in words.
struct ConnectionWords
{
    Tone tone = Tone::Info;
    QString text;
};
ConnectionWords wordsOf(Connection which, const ConnectionReport &report);

/// One connection: what it is for, a button that asks it, and what it answered, with the way to its setting
/// when it did not.
class ConnectionTest : public QWidget
{
    Q_OBJECT

public:
    ConnectionTest(Core &core, Connection which, QWidget *parent = nullptr);

    void ask();
    [[nodiscard]] InlineMessage *answer() const { return m_answer; }
    [[nodiscard]] QPushButton *button() const { return m_button; }

signals:
    /// Leads to what is to be set. Offered only where somebody listens.
    void wantsSetting(const QString &name);

private:
    void tell(const ConnectionReport &report);
    void rest();

    Core &m_core;
    Connection m_which;
    QPushButton *m_button;
    InlineMessage *m_answer;
    QPushButton *m_setting; ///< below the answer: beside it both would be too wide for a panel
};

/// All of them.
class ConnectionsView : public QWidget
{
    Q_OBJECT

public:
    explicit ConnectionsView(Core &core, QWidget *parent = nullptr);

signals:
    void wantsSetting(const QString &name);
};

} // namespace tower
