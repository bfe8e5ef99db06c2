// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/OverviewPage.h"

#include "ui/overview/NodeFacts.h"
#include "ui/overview/SatsFacts.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/TierBar.h"
#include "ui/widgets/Tile.h"
#include "ui/widgets/Words.h"

#include <QDateTime>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int readEveryMs = 1'000;
constexpr int wideEnough = 720;
constexpr std::size_t decisionsKept = 60;

Millis systemNow()
{
    return Millis(QDateTime::currentMSecsSinceEpoch());
}

QString rate(double perSecond)
{
    return QLocale().toString(perSecond, 'f', perSecond < 10 ? 1 : 0);
}

} // namespace

OverviewPage::OverviewPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Overview"), context, parent)
    , m_sats(new SatsWatch(core(), this))
    , m_nodeFacts(new NodeFactsWatch(core(), this))
    , m_timer(new QTimer(this))
    , m_grid(new QGridLayout)
{
    auto *inside = new QWidget(this);
    auto *layout = new QVBoxLayout(inside);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::between);
    m_grid->setSpacing(measure::between);
    layout->addLayout(m_grid);
    m_pool = addTile(tr("Generosity pool"), QStringLiteral("pool"), {});
    m_earned = addTile(tr("Earned today"), QStringLiteral("books"), QStringLiteral("revenue"));
    m_work = addTile(tr("Open jobs and sessions"), QStringLiteral("work"), QStringLiteral("jobs:open"));
    m_nodes = addTile(tr("Nodes in progress"), QStringLiteral("nodes"), QStringLiteral("provisioning"));
    m_waiting =
        addTile(tr("Waiting for a decision"), QStringLiteral("moderation"), QStringLiteral("pending"));
    m_flagged =
        addTile(tr("Flagged by the reviewer"), QStringLiteral("moderation"), QStringLiteral("flagged"));
    m_approved = addTile(tr("Approved today"), QStringLiteral("moderation"), QStringLiteral("approved"));
    m_accounts = addTile(tr("Relay accounts"), QStringLiteral("relay-access"), {});
    m_policy = addTile(tr("Policy decisions"), QStringLiteral("relay-access"), QStringLiteral("decisions"));
    m_api = addTile(tr("API requests"), QStringLiteral("api"), QStringLiteral("requests"));
    arrange();

    auto *tiers = new Card(tr("Identities by tier"), inside);
    m_bar = new TierBar(tiers);
    tiers->body()->addWidget(m_bar);
    tiers->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    layout->addWidget(tiers);
    connect(m_bar, &TierBar::chosen, this,
            [this](Tier tier) { goTo(QStringLiteral("trust"), toText(tier)); });

    m_alertCard = new Card(tr("What wants a hand"), inside);
    m_alertCard->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_well = new QWidget(m_alertCard);
    auto *well = new QHBoxLayout(m_well);
    well->setContentsMargins(0, 0, 0, 0);
    auto *mark = new QLabel(m_well);
    mark->setPixmap(icon(QStringLiteral("good"), Tone::Good).pixmap(QSize(20, 20), devicePixelRatioF()));
    well->addWidget(mark);
    well->addWidget(new QLabel(tr("Nothing: all is well."), m_well), 1);
    m_alertCard->body()->addWidget(m_well);
    layout->insertWidget(0, m_alertCard); // first: it must not wait below the fold
    layout->addStretch();

    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inside);
    inside->setAutoFillBackground(false);
    scroll->viewport()->setAutoFillBackground(false);
    content()->addWidget(scroll, 1);

    connect(m_sats, &SatsWatch::changed, this, [this] {
        showSats();
        showAlerts();
    });
    connect(m_nodeFacts, &NodeFactsWatch::changed, this, [this] {
        showNodes();
        showAlerts();
    });
    m_timer->setInterval(readEveryMs);
    connect(m_timer, &QTimer::timeout, this, [this] {
        if (isVisible())
            reload();
    });
    m_timer->start();
}

Tile *OverviewPage::addTile(const QString &caption, const QString &pageId, const QString &key)
{
    auto *tile = new Tile(caption, this);
    tile->setFigure(QStringLiteral("–"));
    connect(tile, &QAbstractButton::clicked, this, [this, pageId, key] { goTo(pageId, key); });
    m_tiles.append(tile);
    return tile;
}

void OverviewPage::arrange()
{
    const int columns = width() >= wideEnough ? 3 : 2;
    if (columns == m_columns)
        return;
    m_columns = columns;
    for (int i = 0; i < m_tiles.size(); ++i)
        m_grid->addWidget(m_tiles[i], i / columns, i % columns);
}

void OverviewPage::resizeEvent(QResizeEvent *event)
{
    PageWidget::resizeEvent(event);
    arrange();
}

void OverviewPage::showEvent(QShowEvent *event)
{
    PageWidget::showEvent(event);
    reload();
}

void OverviewPage::reload()
{
    m_sats->look();
    m_nodeFacts->look();
    if (m_asking)
        return;
    m_asking = true;
    core().run(
        this, [](Services &s) { return readOverview(s); },
        [this](const OverviewFacts &facts) {
            m_asking = false;
            showFacts(facts);
        },
        [this](const ServiceError &error) {
            m_asking = false;
            sayError(error);
        });
}

void OverviewPage::showFacts(const OverviewFacts &facts)
{
    m_load.note(systemNow(), facts.calls, facts.errors);
    m_decisions.push_back(static_cast<double>(facts.policy.lastMinute));
    if (m_decisions.size() > decisionsKept)
        m_decisions.erase(m_decisions.begin());
    m_bar->setCounts(facts.tiers);
    m_facts = facts;
    m_known = true;
    showTiles(facts);
    showAlerts();
}

void OverviewPage::showTiles(const OverviewFacts &facts)
{
    const QueueStats &queue = facts.queue;
    m_waiting->setFigure(words::grouped(queue.pending), tr("events"));
    m_waiting->setDelta(queue.oldestPending
                            ? tr("the oldest for %1").arg(words::relative(*queue.oldestPending, systemNow()))
                            : tr("nothing waits"),
                        0);
    m_flagged->setFigure(words::grouped(queue.flagged), tr("events"));
    m_flagged->setDelta(facts.reviewer == Reviewer::State::Off ? tr("no AI reviewer: all waits for you")
                                                               : tr("the reviewer asks for a person"),
                        0);
    m_approved->setFigure(words::grouped(queue.approvedToday), tr("events"));
    m_approved->setDelta(facts.notPublished > 0
                             ? tr("%n not published yet", nullptr, static_cast<int>(facts.notPublished))
                             : tr("rejected in all: %1").arg(words::grouped(queue.rejected)),
                         0);
    m_accounts->setFigure(words::grouped(facts.accounts), tr("keys"));
    m_accounts->setDelta(tr("known to the relay"), 0);
    m_policy->setFigure(words::grouped(facts.policy.lastMinute), tr("per minute"));
    m_policy->setDelta(tr("p99 %1 ms").arg(QLocale().toString(facts.policy.p99Ms, 'f', 1)), 0);
    m_policy->setSparkline(m_decisions);
    m_api->setFigure(rate(m_load.perSecond()), tr("per second"));
    m_api->setDelta(tr("%n error(s) in the last minute", nullptr, static_cast<int>(m_load.errorsInSpan())),
                    0);
    m_api->setSparkline(m_load.line());
}

void OverviewPage::showSats()
{
    const SatsFacts &facts = *m_sats->facts();
    const PoolStatus &pool = facts.pool;
    m_pool->setFigure(words::grouped(pool.balance.value()), tr("sats"));
    m_pool->setDelta(pool.daysLeft ? tr("lasts for %n day(s)", nullptr, static_cast<int>(*pool.daysLeft))
                                   : tr("nothing given in 7 days"),
                     0);
    std::vector<double> line;
    for (const PoolDay &day : facts.poolDays)
        line.push_back(static_cast<double>(day.balance.value()));
    m_pool->setSparkline(std::move(line));
    if (facts.earnedToday)
        m_earned->setFigure(words::grouped(facts.earnedToday->value()), tr("sats"));
    m_earned->setDelta(
        tr("given %1, zapped %2")
            .arg(words::grouped(pool.absorbed.today.value()), words::grouped(facts.zappedToday.value())),
        0);
    m_work->setFigure(words::grouped(facts.openJobs + facts.openSessions));
    m_work->setDelta(tr("%1, %2").arg(tr("%n job(s)", nullptr, static_cast<int>(facts.openJobs)),
                                      tr("%n session(s)", nullptr, static_cast<int>(facts.openSessions))),
                     0);
}

void OverviewPage::showNodes()
{
    const NodeFacts &facts = *m_nodeFacts->facts();
    m_nodes->setFigure(words::grouped(facts.provisioning), tr("nodes"));
    m_nodes->setDelta(
        tr("%1 await payment, %2 ready").arg(words::grouped(facts.awaiting), words::grouped(facts.ready)), 0);
}

void OverviewPage::showAlerts()
{
    if (!m_known)
        return;
    std::vector<Alert> wanted = alertsOf(m_facts, systemNow());
    if (m_sats->facts()) {
        const std::vector<Alert> more = alertsOf(*m_sats->facts());
        wanted.insert(wanted.end(), more.begin(), more.end());
    }
    if (m_nodeFacts->facts()) {
        const std::vector<Alert> more = alertsOf(*m_nodeFacts->facts(), systemNow());
        wanted.insert(wanted.end(), more.begin(), more.end());
    }
    putGravestFirst(wanted);
    while (m_alerts.size() < wanted.size()) {
        m_alerts.push_back(new InlineMessage(m_alertCard));
        m_alerts.back()->setClosable(false);
        m_alertCard->body()->addWidget(m_alerts.back());
    }
    for (std::size_t i = 0; i < m_alerts.size(); ++i) {
        if (i >= wanted.size()) {
            m_alerts[i]->hide();
        } else if (m_alerts[i]->isHidden() || m_alerts[i]->text() != wanted[i].text) {
            const Alert &alert = wanted[i];
            m_alerts[i]->say(alert.tone, alert.text, alert.action, [this, alert] { take(alert); });
        }
    }
    m_well->setVisible(wanted.empty());
}

std::vector<InlineMessage *> OverviewPage::alerts() const
{
    std::vector<InlineMessage *> out;
    for (InlineMessage *each : m_alerts) {
        if (!each->isHidden())
            out.push_back(each);
    }
    return out;
}

void OverviewPage::take(const Alert &alert)
{
    if (alert.act == Alert::Act::Open)
        goTo(alert.pageId, alert.key);
    if (alert.act == Alert::Act::Serve)
        serve();
}

void OverviewPage::serve()
{
    act(
        [](Services &s) {
            s.control.startServing();
            return readOverview(s);
        },
        [this](const OverviewFacts &facts) { showFacts(facts); });
}

} // namespace tower
