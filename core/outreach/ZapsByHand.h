// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/outreach/ZapPayer.h"

#include "core/activity/Activity.h"

namespace tower {

/// What the operator does with zaps. Each deed is an activity row. Core thread.
class ZapsByHand
{
public:
    ZapsByHand(const ZapHouse &house, ZapPayer &payer, Identities &identities, Activity &activity);

    struct Order
    {
        QString recipient;            ///< npub, nprofile, hex key, lightning address, or BOLT 11 invoice
        std::optional<Sats> amount{}; ///< an invoice has its own
        QString comment{};
        QString seenAddress{}; ///< that the preview showed; "" when none was looked at
    };
    /// What an order comes to.
    struct Preview
    {
        std::optional<PubKey> recipient;
        QString lightningAddress;
        QString invoice;
        Sats amount;
        Sats maximumFee; ///< on top
        QString comment;
        bool simulated = false;
        /// Whether it goes out with a zap request; nullopt when the recipient's service does not say.
        std::optional<bool> isZap;
        QString problem; ///< why it would not go through, as far as can be told; "" when nothing is known
    };

    /// Asks the recipient's service what it takes; nothing is written. Throws badRequest("recipient"),
    /// ("amountSats"), ("comment") for an order that makes no sense.
    QCoro::Task<Preview> preview(Order order);
    /// Sends it and answers what is known then: a failed one has its reason. Throws as preview(), and
    /// conflict "zap_ceiling", "address_changed" when it would go elsewhere than the preview said.
    QCoro::Task<Zap> send(Order order, QString actor);
    /// One that failed, once more. Throws notFound "zap_not_found", conflict "not_failed", "zap_ceiling".
    QCoro::Task<Zap> retry(QString id, QString reason, QString actor);
    /// The operator's word on an unknown one. Throws notFound "zap_not_found", conflict "not_unknown",
    /// "payment_in_progress".
    Zap resolve(const QString &id, bool paid, const QString &reason, const QString &actor);

    /// So long a comment may be, in characters.
    static constexpr qsizetype longestComment = 280;

private:
    Preview understood(const Order &order);
    void readInvoice(const QString &text, const Order &order, Preview &out);
    Zap known(const QString &id);
    QCoro::Task<Zap> carriedOut(QString id);
    void record(Transaction &transaction, const QString &action, const QString &reason, const QString &actor,
                const Zap &before, const QString &stateAfter);

    ZapHouse m_house;
    ZapPayer &m_payer;
    Identities &m_identities;
    Activity &m_activity;
    /// Lets a coroutine see after a wait whether this is still there.
    std::shared_ptr<const bool> m_alive = std::make_shared<const bool>(true);
};

} // namespace tower
