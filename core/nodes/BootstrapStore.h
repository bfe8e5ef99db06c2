// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/BootstrapJob.h"
#include "core/store/Database.h"
#include "core/store/KeysetQuery.h"
#include "core/store/Page.h"

namespace tower {

struct BootstrapFilter
{
    std::optional<BootstrapState> state{};
    std::optional<PubKey> pubkey{};
};

/// The SQL of bootstrap_jobs, bootstrap_stages and bootstrap_things. Knows no rule. A row with work to do has
/// a lease: until it ends, the row belongs to the program that owns it; then to whoever claims it first.
/// Everything that a run writes is guarded by it: false, or nothing written, when the run is not ours any
/// more.
class BootstrapStore
{
public:
    BootstrapStore(Database &database, QString owner)
        : m_database(database)
        , m_owner(std::move(owner))
    {
    }

    void insert(Transaction &transaction, const BootstrapJob &job, const QByteArray &deliveryTokenHash);
    std::optional<BootstrapJob> find(const QString &id);
    std::optional<BootstrapJob> findByDroplet(const QString &dropletId);
    Page<BootstrapJob> list(const BootstrapFilter &filter, const PageRequest &page);
    static KeysetQuery listQuery(const BootstrapFilter &filter);
    std::int64_t count(BootstrapState state);
    std::vector<StageTime> stages(const QString &id);
    std::vector<NodeThing> things(const QString &id);
    /// Jobs that are ready, not destroyed, became so after `since`, and have not been seen to answer
    /// everywhere (or whose name in the tailnet is not known): newest first.
    std::vector<BootstrapJob> comingUp(Millis since, int limit);
    /// Failed jobs with a refund address whose refund is pending.
    std::vector<BootstrapJob> owed(int limit);

    // The order
    /// awaiting_payment → provisioning, to be claimed at once. Guarded.
    bool paid(Transaction &transaction, const QString &id, Millis now);
    /// awaiting_payment → failed, with nothing to take down. Guarded.
    bool lapse(Transaction &transaction, const QString &id, const QString &error, Millis now);
    void setRefund(Transaction &transaction, const QString &id, Sats amount, RefundState state, Millis now);

    // Whose turn it is
    std::optional<NodeRun> claim(Millis now, Millis leaseUntil);
    /// After a start: what this program left is to be claimed at once.
    void recover();
    bool renew(const NodeRun &run, Millis leaseUntil);
    /// Handed back, to be claimed from `at` on.
    void putOff(const NodeRun &run, Millis at);
    /// Nothing is left to do.
    void rest(const NodeRun &run);
    /// To be claimed at once, by whoever comes first; false when there is nothing to do.
    bool wake(const QString &id, Millis now);
    /// From whoever is at it, whose writes are dropped from now on; to be claimed at once. False when there
    /// is nothing to do.
    bool takeOver(Transaction &transaction, const QString &id, Millis now);
    std::optional<Millis> nextDue();

    // What a run writes
    /// The job, locked for this transaction, if the run is still ours.
    std::optional<BootstrapJob> lock(Transaction &transaction, const NodeRun &run);
    /// The same for one who does not work on it.
    std::optional<BootstrapJob> lock(Transaction &transaction, const QString &id);
    void setKeys(Transaction &transaction, const QString &id, const QByteArray &publicKey,
                 const QByteArray &sealedPrivateKey, Millis now);
    /// Reached for the first time; later calls change nothing.
    void reach(Transaction &transaction, const QString &id, NodeStage stage, Millis now);
    void order(Transaction &transaction, const QString &id, CloudKind kind, Millis now);
    void setThing(Transaction &transaction, const QString &id, CloudKind kind, const QString &providerId);
    void setRemoved(Transaction &transaction, const QString &id, CloudKind kind, Millis now);
    void setDroplet(Transaction &transaction, const QString &id, const QString &dropletId,
                    std::int64_t monthlyCents, Millis now);
    void setAddress(Transaction &transaction, const QString &id, const QString &ip, const QString &lnbitsUrl,
                    Millis now);
    /// provisioning → ready or failed; the private key of a failed one is erased.
    void finish(Transaction &transaction, const QString &id, BootstrapState state, const QString &error,
                Millis now);
    /// Ready or failed, to be taken down; its private key is erased. Guarded by its not being destroyed yet.
    bool destroy(Transaction &transaction, const QString &id, Millis now);

    // After it is ready
    void setSeen(Transaction &transaction, const QString &id, bool ssh, bool lnbits, Millis now);
    void setTailnetName(Transaction &transaction, const QString &id, const QString &host,
                        const QString &lnbitsUrl, Millis now);

    // The private key
    std::optional<QByteArray> sealedKey(const QString &id);
    std::optional<QByteArray> deliveryTokenHash(const QString &id);
    /// Marks it delivered, and erases it in the same statement when `erase`: for one caller only.
    bool deliver(Transaction &transaction, const QString &id, bool erase, Millis now);
    /// Erases a key that was delivered; false when there is none any more.
    bool eraseDelivered(Transaction &transaction, const QString &id);
    /// Erases all keys that were delivered before `before`.
    int eraseDeliveredBefore(Millis before);

private:
    Database &m_database;
    QString m_owner;
};

} // namespace tower
