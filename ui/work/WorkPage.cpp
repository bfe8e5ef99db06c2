// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/WorkPage.h"

#include "ui/widgets/Notices.h"
#include "ui/work/JobsView.h"
#include "ui/work/SessionsView.h"

#include <QTabWidget>
#include <QVBoxLayout>

namespace tower {

WorkPage::WorkPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Work"), context, parent)
    , m_tabs(new QTabWidget(this))
    , m_jobs(new JobsView(context, this))
    , m_sessions(new SessionsView(context, this))
{
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_jobs, tr("Jobs"));
    m_tabs->addTab(m_sessions, tr("Sessions"));
    content()->addWidget(m_tabs, 1);
    const auto join = [this](auto *view) {
        using View = std::remove_pointer_t<decltype(view)>;
        connect(view, &View::started, this, [this] {
            message()->hide();
            startWork();
        });
        connect(view, &View::ended, this, &WorkPage::endWork);
        connect(view, &View::said, this, [this](const QString &text) { message()->say(Tone::Warn, text); });
    };
    join(m_jobs);
    join(m_sessions);
    connect(&core(), &Core::changed, this, [this](const std::vector<Change> &changes) {
        m_jobs->follow(changes);
        m_sessions->follow(changes);
    });
}

void WorkPage::open(const QString &key)
{
    const auto colon = key.indexOf(QLatin1Char(':'));
    const QString kind = colon < 0 ? key : key.left(colon);
    const QString rest = colon < 0 ? QString() : key.mid(colon + 1);
    if (kind == QLatin1String("jobs") || kind == QLatin1String("job")) {
        m_tabs->setCurrentWidget(m_jobs);
        m_jobs->open(rest);
    } else if (kind == QLatin1String("sessions") || kind == QLatin1String("session")) {
        m_tabs->setCurrentWidget(m_sessions);
        m_sessions->open(rest);
    } else if (PubKey::fromHex(key)) {
        m_jobs->open(key);
        m_sessions->open(key);
    } else if (!key.isEmpty()) {
        openId(key);
    }
}

void WorkPage::openId(const QString &id)
{
    act([id](Services &s) { return s.sessions.find(id).has_value(); },
        [this, id](bool isSession) {
            m_tabs->setCurrentWidget(isSession ? static_cast<QWidget *>(m_sessions) : m_jobs);
            isSession ? m_sessions->showDetail(id) : m_jobs->showDetail(id);
        });
}

} // namespace tower
