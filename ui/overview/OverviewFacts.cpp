// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/OverviewFacts.h"

#include "ui/widgets/Words.h"

#include <QCoreApplication>

#include <algorithm>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::Overview)
};

constexpr Millis span = seconds(60);
constexpr Millis oldEvent = days(1);
constexpr std::int64_t longQueue = 1'000;
constexpr int latest = 50; ///< approved events that are looked at for trouble

void addUnpublished(Services &services, QueueStatus status, OverviewFacts &facts)
{
    for (const QueuedEvent &event : services.moderationQueue.list({status, {}}, {latest, {}}).items) {
        if (event.publishState != PublishState::Failed)
            continue;
        if (++facts.notPublished == 1)
            facts.relayAnswer = event.publishAnswer;
    }
}

QString count(std::int64_t number)
{
    return QLocale().toString(static_cast<qlonglong>(number));
}

void addApi(const ApiState &api, std::vector<Alert> &out)
{
    if (api.listening)
        return;
    Alert alert{Tone::Bad,
                Text::tr("The API does not serve: the relay gets no answers and takes no events.")};
    if (!api.problem.isEmpty())
        alert.text += QLatin1Char(' ') + api.problem;
    alert.action = Text::tr("Start");
    alert.act = Alert::Act::Serve;
    out.push_back(alert);
}

void addPublishing(const OverviewFacts &facts, std::vector<Alert> &out)
{
    if (facts.notPublished > 0) {
        QString text =
            Text::tr("%n approved event(s) did not reach the relay; they are tried again by themselves.",
                     nullptr, static_cast<int>(facts.notPublished));
        if (!facts.relayAnswer.isEmpty())
            text += Text::tr(" The relay says: %1").arg(facts.relayAnswer);
        out.push_back({Tone::Bad, text, Text::tr("Show"), Alert::Act::Open, QStringLiteral("moderation"),
                       QStringLiteral("approved")});
    }
    if (!facts.relaySet)
        out.push_back(
            {Tone::Warn,
             Text::tr("No relay is set: approved events wait here until NOSTR_RELAY_URL names one."),
             Text::tr("Set it"), Alert::Act::Open, QStringLiteral("settings"),
             QStringLiteral("NOSTR_RELAY_URL")});
}

void addQueue(const OverviewFacts &facts, Millis now, std::vector<Alert> &out)
{
    const QueueStats &queue = facts.queue;
    const Alert open{Tone::Warn,
                     {},
                     Text::tr("Review"),
                     Alert::Act::Open,
                     QStringLiteral("moderation"),
                     QStringLiteral("pending")};
    if (queue.pending + queue.flagged >= longQueue) {
        out.push_back(open);
        out.back().text =
            Text::tr("The queue has grown to %1 events.").arg(count(queue.pending + queue.flagged));
    }
    if (queue.oldestPending && now - *queue.oldestPending > oldEvent) {
        out.push_back(open);
        out.back().text =
            Text::tr("The oldest event has waited for %1.").arg(words::relative(*queue.oldestPending, now));
    }
    if (queue.flagged > 0)
        out.push_back({Tone::Info,
                       Text::tr("The reviewer asks for a person on %n event(s).", nullptr,
                                static_cast<int>(queue.flagged)),
                       Text::tr("Review"), Alert::Act::Open, QStringLiteral("moderation"),
                       QStringLiteral("flagged")});
    if (facts.reviewer == Reviewer::State::Failing)
        out.push_back({Tone::Warn, Text::tr("The AI reviewer gives no answer. It is asked again at the next "
                                            "poll; until then events wait for you.")});
}

} // namespace

OverviewFacts readOverview(Services &services)
{
    OverviewFacts out;
    out.queue = services.moderationQueue.stats();
    out.tiers = services.identities.countByTier();
    out.accounts = services.relayAccounts.count();
    out.policy = services.policyLog.health();
    out.api = services.control.api();
    for (const RouteLine &route : services.control.routes()) {
        out.calls += route.calls;
        out.errors += route.errors;
    }
    out.reviewer = services.reviewer.state();
    out.relaySet = !services.settings.text(Setting::NostrRelayUrl).isEmpty();
    addUnpublished(services, QueueStatus::Approved, out);
    addUnpublished(services, QueueStatus::AutoApproved, out);
    for (const SecretLine &secret : services.control.secrets())
        out.plainSecrets += secret.inPlainFile ? 1 : 0;
    return out;
}

std::vector<Alert> alertsOf(const OverviewFacts &facts, Millis now)
{
    std::vector<Alert> out;
    addApi(facts.api, out);
    addPublishing(facts, out);
    addQueue(facts, now, out);
    if (facts.plainSecrets > 0 && !facts.api.demo)
        out.push_back({Tone::Info,
                       Text::tr("No keychain was found: %n secret(s) are kept in secrets.ini, readable by "
                                "your account alone.",
                                nullptr, facts.plainSecrets),
                       Text::tr("Show"), Alert::Act::Open, QStringLiteral("settings"),
                       QStringLiteral("secrets")});
    putGravestFirst(out);
    return out;
}

void putGravestFirst(std::vector<Alert> &alerts)
{
    const auto weight = [](Tone tone) { return tone == Tone::Bad ? 0 : tone == Tone::Warn ? 1 : 2; };
    std::stable_sort(alerts.begin(), alerts.end(),
                     [&](const Alert &a, const Alert &b) { return weight(a.tone) < weight(b.tone); });
}

void LoadMeter::note(Millis at, std::int64_t calls, std::int64_t errors)
{
    // Counts that fall were begun anew.
    if (!m_readings.empty() && calls < m_readings.back().calls)
        m_readings.clear();
    m_readings.push_back({at, calls, errors});
    while (m_readings.size() > 2 && at - m_readings.front().at > span)
        m_readings.pop_front();
}

double LoadMeter::perSecond() const
{
    if (m_readings.size() < 2)
        return 0;
    const auto ms = (m_readings.back().at - m_readings.front().at).value();
    const auto calls = m_readings.back().calls - m_readings.front().calls;
    return ms > 0 ? static_cast<double>(calls) * 1000.0 / static_cast<double>(ms) : 0;
}

std::int64_t LoadMeter::errorsInSpan() const
{
    return m_readings.empty() ? 0 : m_readings.back().errors - m_readings.front().errors;
}

std::vector<double> LoadMeter::line() const
{
    std::vector<double> out;
    for (std::size_t i = 1; i < m_readings.size(); ++i) {
        const auto ms = std::max<std::int64_t>((m_readings[i].at - m_readings[i - 1].at).value(), 1);
        out.push_back(static_cast<double>(m_readings[i].calls - m_readings[i - 1].calls) * 1000.0 /
                      static_cast<double>(ms));
    }
    return out;
}

} // namespace tower
