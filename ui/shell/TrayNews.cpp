// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/TrayNews.h"

#include "ui/widgets/Words.h"

#include <QCoreApplication>
#include <QTimer>

#include <algorithm>
#include <array>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::Tray)
};

constexpr int lookEveryMs = 5'000; ///< the API can fail, and days pass, without a change in the database
constexpr std::int64_t fewDays = 7;
constexpr std::int64_t smallPart = 10; ///< a tenth of the pool's beginning
constexpr std::int64_t longQueue = 100;

bool isOpen(BootstrapState state)
{
    return state == BootstrapState::AwaitingPayment || state == BootstrapState::Provisioning;
}

bool isPoolLow(const TrayFacts &facts)
{
    return (facts.poolDaysLeft && *facts.poolDaysLeft < fewDays) ||
           facts.poolBalance.value() < facts.poolInitial.value() / smallPart;
}

bool matters(const Change &change)
{
    static constexpr std::array kinds{"pool", "grant", "job", "session", "outgoing", "queue_event", "node"};
    return std::any_of(kinds.begin(), kinds.end(),
                       [&change](const char *kind) { return change.kind == QLatin1String(kind); });
}

TrayFacts::Node nodeOf(const BootstrapJob &job)
{
    return {job.id, job.state, job.paidAt.has_value(), job.error};
}

TrayMessage apiDown(const TrayFacts &facts)
{
    return {Tone::Bad,
            Text::tr("The API is down"),
            Text::tr("The relay gets no answers and takes no events. %1").arg(facts.apiProblem),
            QStringLiteral("api"),
            {}};
}

TrayMessage paymentUnknown(const TrayFacts &facts)
{
    return {Tone::Bad, Text::tr("A payment is in doubt"),
            Text::tr("Nobody knows how %n payment(s) ended. The wallet is asked again by itself.", nullptr,
                     static_cast<int>(facts.unknownPayments)),
            QStringLiteral("books"), QStringLiteral("outgoing:unknown")};
}

TrayMessage poolLow(const TrayFacts &facts)
{
    QString text = Text::tr("%1 are left.").arg(words::amount(facts.poolBalance));
    if (facts.poolDaysLeft)
        text += QLatin1Char(' ') + Text::tr("They last for %n more day(s) at this week's rate.", nullptr,
                                            static_cast<int>(*facts.poolDaysLeft));
    return {Tone::Warn, Text::tr("The generosity pool is low"), text, QStringLiteral("pool"), {}};
}

TrayMessage queueLong(const TrayFacts &facts)
{
    return {Tone::Warn, Text::tr("The moderation queue is growing"),
            Text::tr("%n event(s) wait for a decision.", nullptr, static_cast<int>(facts.waiting)),
            QStringLiteral("moderation"), QStringLiteral("pending")};
}

TrayMessage nodeEnded(const TrayFacts::Node &node)
{
    const QString id = words::shortened(node.id);
    const QString key = QStringLiteral("node:") + node.id;
    if (node.state == BootstrapState::Ready)
        return {Tone::Good, Text::tr("A node is ready"), Text::tr("Node %1 serves its customer.").arg(id),
                QStringLiteral("nodes"), key};
    return {Tone::Bad, Text::tr("A node has failed"),
            Text::tr("Node %1: %2 What was paid is owed back.").arg(id, node.error), QStringLiteral("nodes"),
            key};
}

} // namespace

TrayFacts readTray(Services &services, const std::optional<QStringList> &nodes)
{
    TrayFacts out;
    const ApiState api = services.control.api();
    out.apiListens = api.listening;
    out.apiProblem = api.problem;
    const PoolStatus pool = services.pool.status();
    out.poolBalance = pool.balance;
    out.poolDaysLeft = pool.daysLeft;
    out.poolInitial = services.settings.sats(Setting::FreeTierPoolInitialSats);
    const QueueStats queue = services.moderationQueue.stats();
    out.waiting = queue.pending + queue.flagged;
    OutgoingFilter unknown;
    unknown.state = OutgoingState::Unknown;
    out.unknownPayments = services.outgoing.list(unknown, {1, {}}).total;
    if (nodes) {
        for (const QString &id : *nodes) {
            if (const auto job = services.bootstrap.find(id))
                out.nodes.push_back(nodeOf(*job));
        }
        return out;
    }
    for (const BootstrapState state : {BootstrapState::AwaitingPayment, BootstrapState::Provisioning}) {
        const PageRequest most{PageRequest::maximumLimit, {}};
        for (const BootstrapJob &job : services.bootstrap.list({.state = state}, most).items)
            out.nodes.push_back(nodeOf(job));
    }
    return out;
}

bool TrayNews::isNew(Matter matter, bool holds)
{
    if (holds)
        return m_told.insert(matter).second;
    m_told.erase(matter);
    return false;
}

std::vector<TrayMessage> TrayNews::note(const TrayFacts &facts)
{
    std::vector<TrayMessage> out;
    // One that the operator stopped has no problem.
    if (isNew(Matter::Api, !facts.apiListens && !facts.apiProblem.isEmpty()))
        out.push_back(apiDown(facts));
    if (isNew(Matter::Payment, facts.unknownPayments > 0))
        out.push_back(paymentUnknown(facts));
    if (isNew(Matter::Pool, isPoolLow(facts)))
        out.push_back(poolLow(facts));
    if (isNew(Matter::Queue, facts.waiting > longQueue))
        out.push_back(queueLong(facts));
    for (const TrayFacts::Node &node : facts.nodes) {
        if (isOpen(node.state)) {
            m_openNodes.insert(node.id, node.state);
            continue;
        }
        // An order that nobody paid for has not failed, it was not meant.
        if (m_openNodes.remove(node.id) > 0 && (node.state == BootstrapState::Ready || node.paid))
            out.push_back(nodeEnded(node));
    }
    return out;
}

TrayMessage together(const std::vector<TrayMessage> &messages)
{
    if (messages.size() == 1)
        return messages.front();
    QStringList titles;
    bool bad = false;
    for (const TrayMessage &message : messages) {
        titles.append(message.title);
        bad = bad || message.tone == Tone::Bad;
    }
    titles.removeDuplicates();
    return {bad ? Tone::Bad : Tone::Warn,
            Text::tr("Timmy Tower wants a look"),
            titles.join(QLatin1Char('\n')),
            QStringLiteral("overview"),
            {}};
}

TrayWatch::TrayWatch(Core &core, QObject *parent)
    : QObject(parent)
    , m_core(core)
{
    connect(&core, &Core::changed, this, [this](const std::vector<Change> &changes) {
        for (const Change &change : changes) {
            if (m_nodes && change.kind == QLatin1String("node"))
                m_nodes->append(change.id);
        }
        if (std::any_of(changes.begin(), changes.end(), matters))
            look();
    });
    auto *timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, &TrayWatch::look);
    timer->start(lookEveryMs);
    look();
}

void TrayWatch::look()
{
    if (m_asking) {
        m_again = true;
        return;
    }
    m_asking = true;
    m_again = false;
    const std::optional<QStringList> nodes = m_nodes;
    m_nodes = QStringList();
    m_core.run(
        this, [nodes](Services &s) { return readTray(s, nodes); },
        [this](const TrayFacts &facts) {
            m_asking = false;
            const std::vector<TrayMessage> messages = m_news.note(facts);
            if (!messages.empty())
                emit told(together(messages));
            emit looked();
            if (m_again)
                look();
        },
        [this, nodes](const ServiceError &) {
            // The next look asks for them, too.
            m_asking = false;
            m_nodes = nodes ? std::optional(*nodes + *m_nodes) : std::nullopt;
        });
}

} // namespace tower
