// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/nodes/BootstrapStore.h"
#include "core/nodes/NodeHouse.h"

#include <functional>

namespace tower {

/// The steps of a node, each one transaction: the guarded transition, and all that must happen with it to the
/// money and the log. What a run finds out is dropped (false) when the run is not this program's any more.
/// Locks: invoice, job, ledger, activity. Core thread; nothing waits here.
class BootstrapSteps
{
public:
    BootstrapSteps(const NodeHouse &house, BootstrapStore &store);

    /// The job, and the invoice for it.
    void create(const BootstrapJob &job, const QByteArray &deliveryTokenHash, const WalletInvoice &issued);

    // What Invoices asks of the owner of an invoice.
    bool paid(Transaction &transaction, const Invoice &invoice, Sats received);
    void lapse(Transaction &transaction, const Invoice &invoice);

    /// The pair is kept, the private key sealed under the data key, of which the database remembers the
    /// fingerprint from now on.
    bool keepKeyPair(const NodeRun &run, const QByteArray &publicKey, const SecretBytes &privateKey);
    /// Written down before a thing is ordered: from now on there may be one.
    bool order(const NodeRun &run, CloudKind kind);
    /// It is there.
    bool made(const NodeRun &run, CloudKind kind, const QString &providerId);
    bool madeDroplet(const NodeRun &run, const Droplet &droplet);
    bool reached(const NodeRun &run, NodeStage stage);
    bool addressed(const NodeRun &run, const QString &ip);
    /// node → revenue; what was paid beyond the price is owed back.
    bool ready(const NodeRun &run);
    /// All that was paid is owed back; what was made is to be taken down. `error`: a sentence for the
    /// customer.
    bool fail(const NodeRun &run, const QString &error);
    bool removed(const NodeRun &run, CloudKind kind);

    /// The operator ends a node: one in the making fails, one that is ready is to be taken down. Whoever is
    /// at it loses it. False when there is nothing to end.
    bool destroy(const QString &id, const QString &actor, const QString &reason);

    /// Called after the commit that made a node ready.
    void whenReady(std::function<void()> tell) { m_whenReady = std::move(tell); }

private:
    /// `work` on the job, locked, if the run is still ours; committed if it says so.
    template <class Work>
    bool write(const NodeRun &run, Work &&work);
    /// The same for a node in the making.
    template <class Work>
    bool provision(const NodeRun &run, Work &&work);
    void reach(Transaction &transaction, const BootstrapJob &job, NodeStage stage);
    void giveUp(Transaction &transaction, const BootstrapJob &job, const QString &error);
    void oweBack(Transaction &transaction, const BootstrapJob &job, Sats sats);
    void record(Transaction &transaction, const QString &actor, const char *action, const QString &id,
                const QString &reason = {});

    NodeHouse m_house;
    BootstrapStore &m_store;
    std::function<void()> m_whenReady;
};

} // namespace tower
