// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Changes.h"
#include "core/http/Router.h"

#include <QObject>

namespace tower {

/// GET /api/admin/changes?since=SEQ: answers at once when something changed, else waits up to 25 s for it.
class ChangeFeed : public QObject
{
    Q_OBJECT

public:
    explicit ChangeFeed(Changes &changes, QObject *parent = nullptr);

    void addRoutes(Router &router);
    /// Serving began: who finds nothing new waits.
    void start() { m_stopped = false; }
    /// Lets all who wait go home with what there is.
    void stop();

signals:
    void woken();

private:
    QCoro::Task<HttpResponse> wait(HttpRequest request);
    HttpResponse answer(std::int64_t since);

    Changes &m_changes;
    bool m_stopped = false;
};

} // namespace tower
