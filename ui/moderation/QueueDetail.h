// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/ModerationQueue.h"

#include <QWidget>

namespace tower {

/// One queued event as plain text: its author, what it says, its tags. Nothing of it is loaded or rendered.
class QueueDetail : public QWidget
{
    Q_OBJECT

public:
    explicit QueueDetail(const QueuedEvent &event, QWidget *parent = nullptr);

    [[nodiscard]] const QueuedEvent &event() const { return m_event; }

private:
    QueuedEvent m_event;
};

} // namespace tower
