// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodesPage.h"

#include "ui/nodes/NodesView.h"
#include "ui/nodes/OrphansView.h"
#include "ui/widgets/Notices.h"

#include <QTabWidget>
#include <QVBoxLayout>

namespace tower {

NodesPage::NodesPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Nodes"), context, parent)
    , m_tabs(new QTabWidget(this))
    , m_nodes(new NodesView(context, this))
    , m_orphans(new OrphansView(context, this))
{
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_nodes, tr("Nodes"));
    m_tabs->addTab(m_orphans, tr("Orphans"));
    content()->addWidget(m_tabs, 1);
    connect(m_nodes, &NodesView::started, this, [this] {
        message()->hide();
        startWork();
    });
    connect(m_nodes, &NodesView::ended, this, &NodesPage::endWork);
    connect(m_nodes, &NodesView::said, this,
            [this](const QString &text) { message()->say(Tone::Warn, text); });
    connect(m_orphans, &OrphansView::started, this, &NodesPage::startWork);
    connect(m_orphans, &OrphansView::ended, this, &NodesPage::endWork);
    connect(m_orphans, &OrphansView::found, this, [this](int orphans) {
        m_tabs->setTabText(m_tabs->indexOf(m_orphans),
                           orphans == 0 ? tr("Orphans") : tr("Orphans (%1)").arg(orphans));
    });
    connect(m_orphans, &OrphansView::asksNode, this, [this](const QString &id) { open(id); });
    connect(&core(), &Core::changed, m_nodes, &NodesView::follow);
}

void NodesPage::open(const QString &key)
{
    if (key.isEmpty())
        return;
    if (key == QLatin1String("orphans")) {
        m_tabs->setCurrentWidget(m_orphans);
        return;
    }
    m_tabs->setCurrentWidget(m_nodes);
    const auto colon = key.indexOf(QLatin1Char(':'));
    if (key != QLatin1String("nodes"))
        m_nodes->open(colon < 0 ? key : key.mid(colon + 1));
}

} // namespace tower
