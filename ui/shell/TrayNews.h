// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/Theme.h"

#include <QHash>

#include <set>

namespace tower {

/// How those things stand that are worth a message when nobody looks at the window.
struct TrayFacts
{
    bool apiListens = true;
    QString apiProblem{}; ///< why it does not, when that is not by choice
    Sats poolBalance;
    Sats poolInitial;                         ///< what a new pool is given
    std::optional<std::int64_t> poolDaysLeft; ///< at this week's rate
    std::int64_t waiting = 0;                 ///< events that want a decision
    std::int64_t unknownPayments = 0;
    struct Node
    {
        QString id;
        BootstrapState state = BootstrapState::AwaitingPayment;
        bool paid = false;
        QString error{};
    };
    std::vector<Node> nodes{}; ///< those that may have changed since the last look
};

/// Core thread. Without `nodes`: those that are open.
TrayFacts readTray(Services &services, const std::optional<QStringList> &nodes);

struct TrayMessage
{
    Tone tone = Tone::Info; ///< Good, Warn or Bad
    QString title;
    QString text;
    QString pageId; ///< where it leads
    QString key{};
};

/// What is new among facts: each matter is told once until it is well again, and each node once, when it is
/// ready or has failed. A node must have been seen open before: what ended earlier is no news.
class TrayNews
{
public:
    std::vector<TrayMessage> note(const TrayFacts &facts);

private:
    enum class Matter { Api, Payment, Pool, Queue };
    bool isNew(Matter matter, bool holds);

    std::set<Matter> m_told;
    QHash<QString, BootstrapState> m_openNodes;
};

/// Several at once are one message, which leads to the overview.
TrayMessage together(const std::vector<TrayMessage> &messages);

/// Looks at the facts when something has changed, and now and then. GUI thread.
class TrayWatch : public QObject
{
    Q_OBJECT

public:
    explicit TrayWatch(Core &core, QObject *parent = nullptr);

    void look();

signals:
    /// A look is over.
    void looked();
    void told(const tower::TrayMessage &message);

private:
    Core &m_core;
    TrayNews m_news;
    std::optional<QStringList> m_nodes; ///< that have changed; nullopt: none was looked at yet
    bool m_asking = false;
    bool m_again = false;
};

} // namespace tower
