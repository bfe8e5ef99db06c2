// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

class QTabWidget;

namespace tower {

class JobsView;
class SessionsView;

/// Paid work: single jobs, and sessions of many requests.
class WorkPage : public PageWidget
{
    Q_OBJECT

public:
    explicit WorkPage(const PageContext &context, QWidget *parent = nullptr);

    /// "jobs" or "sessions", "jobs:…" or "sessions:…" with what JobsView::open() and SessionsView::open()
    /// understand, "job:<id>" as the books write it, an id, or a hex key.
    void open(const QString &key) override;
    [[nodiscard]] JobsView *jobs() const { return m_jobs; }
    [[nodiscard]] SessionsView *sessions() const { return m_sessions; }

private:
    void openId(const QString &id);

    QTabWidget *m_tabs;
    JobsView *m_jobs;
    SessionsView *m_sessions;
};

} // namespace tower
