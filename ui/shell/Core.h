// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/activity/Changes.h"
#include "core/activity/SavedSettings.h"
#include "core/base/Error.h"
#include "core/base/Settings.h"
#include "core/identity/Identities.h"
#include "core/nodes/Bootstrap.h"
#include "core/nodes/NodeSweep.h"
#include "core/outreach/Engagement.h"
#include "core/outreach/ZapsByHand.h"
#include "core/payments/Invoices.h"
#include "core/payments/Ledger.h"
#include "core/payments/Outgoing.h"
#include "core/payments/Refunds.h"
#include "core/pool/GenerosityPool.h"
#include "core/pool/PriceOracle.h"
#include "core/pool/Pricing.h"
#include "core/publish/EventLog.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/RelayAccounts.h"
#include "core/relay/RelayPolicy.h"
#include "core/relay/Reviewer.h"
#include "core/trust/Trust.h"
#include "core/trust/Vouches.h"
#include "core/work/Jobs.h"
#include "core/work/Sessions.h"
#include "ui/shell/FutureOf.h"
#include "ui/shell/TowerControl.h"

#include <QCoreApplication>
#include <QFutureWatcher>
#include <QPointer>
#include <QSet>

#include <functional>
#include <optional>
#include <type_traits>
#include <vector>

class QTimer;

namespace tower {

/// All that windows work with. It lives on the core thread: only work handed to Core::run touches it.
struct Services
{
    Identities &identities;
    Trust &trust;
    Vouches &vouches;
    RelayAccounts &relayAccounts;
    RelayPolicy &relayPolicy;
    PolicyLog &policyLog;
    ModerationQueue &moderationQueue;
    Reviewer &reviewer;
    Activity &activity;
    Changes &changes;
    Settings &settings;
    SavedSettings &savedSettings;
    Ledger &ledger;
    Invoices &invoices;
    Outgoing &outgoing;
    Refunds &refunds;
    PriceOracle &oracle;
    const Pricing &pricing;
    GenerosityPool &pool;
    Zaps &zaps;
    Jobs &jobs;
    Sessions &sessions;
    ZapsByHand &zapsByHand;
    EventLog &eventLog;
    Engagement &engagement;
    Bootstrap &bootstrap;
    NodeSweep &nodeSweep;
    PubKey timmy; ///< Timmy's own public key
    TowerControl &control;
};

/// The bridge between the two threads. Work goes over with values, its result comes back as a value; nobody
/// waits. It lives on the GUI thread. The core thread (that of `thread`, with the services) must have come to
/// rest before the application object and this go.
class Core : public QObject
{
    Q_OBJECT

public:
    using Failed = std::function<void(const ServiceError &)>;

    Core(QObject *coreThread, Services *services, QObject *parent = nullptr);

    /// Runs `work(Services &)` on the core thread, then `done(result)` (`done()` for void) here, unless
    /// `context` has died meanwhile. A ServiceError goes to `failed`, or to failed() without one.
    template <class Work, class Done>
    void run(QObject *context, Work work, Done done, Failed failed = {})
    {
        const QPointer<QObject> alive(context);
        const QPointer<Core> self(this);
        QMetaObject::invokeMethod(
            m_coreThread,
            [services = m_services, alive, self, work = std::move(work), done = std::move(done),
             failed = std::move(failed)]() mutable {
                using Result = std::invoke_result_t<Work &, Services &>;
                try {
                    if constexpr (std::is_void_v<Result>) {
                        work(*services);
                        back([alive, done = std::move(done)]() mutable {
                            if (alive)
                                done();
                        });
                    } else {
                        back([alive, done = std::move(done), result = work(*services)]() mutable {
                            if (alive)
                                done(std::move(result));
                        });
                    }
                } catch (const ServiceError &error) {
                    refused(self, alive, std::move(failed), error);
                } catch (const std::exception &) {
                    refused(self, alive, std::move(failed),
                            internalError(tr("Something went wrong inside.")));
                }
            },
            Qt::QueuedConnection);
    }

    /// The same for work that returns a QFuture: its result comes when the future has it.
    template <class Work, class Done>
    void runLater(QObject *context, Work work, Done done, Failed failed = {})
    {
        const QPointer<Core> self(this);
        run(
            context, std::move(work),
            [self, context, done = std::move(done), failed](auto future) mutable {
                using Future = std::decay_t<decltype(future)>;
                using Result = typename QFutureWatcherType<Future>::Result;
                auto *watcher = new QFutureWatcher<Result>(context);
                QObject::connect(watcher, &QFutureWatcherBase::finished, context,
                                 [self, context, watcher, done = std::move(done), failed]() mutable {
                                     watcher->deleteLater();
                                     const Future finished = watcher->future();
                                     deliver<Result>(self, context, finished, done, failed);
                                 });
                watcher->setFuture(future);
            },
            failed);
    }

    /// The same for work that returns a QCoro::Task: what waits for the network blocks neither thread.
    template <class Work, class Done>
    void runTask(QObject *context, Work work, Done done, Failed failed = {})
    {
        runLater(
            context,
            [work = std::move(work)](Services &services) mutable { return futureOf(work(services)); },
            std::move(done), std::move(failed));
    }

    /// How long changes are collected before changed(); 200 unless set.
    void setCollectMs(int ms);

signals:
    /// What changed lately, each thing once; whoever changed it.
    void changed(const std::vector<tower::Change> &changes);
    /// The relay policy has answered something (at most four times a second).
    void policyAnswered();
    /// The provider has been compared with what nodes there are.
    void swept();
    /// An error that nobody handles by themselves.
    void failed(const QString &message);

private:
    template <class Future>
    struct QFutureWatcherType;
    template <class T>
    struct QFutureWatcherType<QFuture<T>>
    {
        using Result = T;
    };

    static void back(auto work)
    {
        QMetaObject::invokeMethod(QCoreApplication::instance(), std::move(work), Qt::QueuedConnection);
    }
    static void refused(QPointer<Core> self, QPointer<QObject> alive, Failed failed,
                        const ServiceError &error)
    {
        back([self, alive, failed = std::move(failed), error] { tell(self, alive, failed, error); });
    }
    static void tell(const QPointer<Core> &self, const QPointer<QObject> &alive, const Failed &failed,
                     const ServiceError &error);

    template <class Result, class Done>
    static void deliver(const QPointer<Core> &self, QObject *context, QFuture<Result> future, Done &done,
                        const Failed &failed)
    {
        try {
            if constexpr (std::is_void_v<Result>) {
                future.waitForFinished(); // finished already: this only raises what it holds
                done();
            } else {
                if (future.resultCount() > 0)
                    done(future.result());
                else
                    future.waitForFinished();
            }
        } catch (const ServiceError &error) {
            tell(self, context, failed, error);
        } catch (const std::exception &) {
            tell(self, context, failed, internalError(tr("Something went wrong inside.")));
        }
    }

    void collect(const std::vector<Change> &changes);

    QObject *m_coreThread;
    Services *m_services;
    QTimer *m_collect;
    std::vector<Change> m_collected;
    QSet<std::pair<QString, QString>> m_collectedIds; ///< kind and id of each
};

} // namespace tower
