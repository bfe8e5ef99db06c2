// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/nodes/Cloud.h"
#include "core/payments/RefundStore.h"

#include <QString>

#include <optional>
#include <vector>

namespace tower {

enum class BootstrapState { AwaitingPayment, Provisioning, Ready, Failed };
QString toText(BootstrapState state); ///< awaiting_payment ...
std::optional<BootstrapState> bootstrapStateFromText(const QString &text);

/// How far a node is, in this order; one without a tailnet or a volume passes those over.
enum class NodeStage { Paid, KeyPair, Key, TailnetKey, Volume, Droplet, Address, Ready };
QString toText(NodeStage stage); ///< paid, key_pair, key, tailnet_key, volume, droplet, address, ready
std::optional<NodeStage> nodeStageFromText(const QString &text);

/// What is ordered from the provider, as it was set when the node was ordered from us.
struct NodeSpec
{
    QString region, size, image;
    int volumeGb = 0; ///< 0: none
    bool simulated = false;
};

/// An order of a node, from the invoice to the machine.
struct BootstrapJob
{
    QString id;
    BootstrapState state = BootstrapState::AwaitingPayment;
    Sats amount;
    PaymentHash paymentHash;
    QString paymentRequest;
    std::optional<PubKey> pubkey{}; ///< who ordered it
    QString refundAddress{};        ///< a lightning address, or ""
    QByteArray sshPublicKey{};      ///< OpenSSH's one-line form; "" before there is one
    bool ownKey = false;            ///< the customer's: there is no private key here
    bool keyKept = false;           ///< a private key is still here, sealed
    std::optional<Millis> keyDeliveredAt{};
    NodeSpec spec{};
    std::int64_t leaseSecs = 0;    ///< what the price pays for, from the payment on
    std::int64_t monthlyCents = 0; ///< USD, droplet and volume; 0 when unknown
    std::optional<NodeStage> stage{};
    QString dropletId{}, nodeIp{};
    QString tailscaleHostname{}; ///< once the node has joined
    QString lnbitsUrl{};
    QString error{}; ///< a sentence, of a failed one
    Sats refundAmount{};
    std::optional<RefundState> refundState{};
    Millis createdAt{}, updatedAt{};
    std::optional<Millis> paidAt{}, readyAt{}, failedAt{}, destroyedAt{};
    std::optional<Millis> sshSeenAt{}, lnbitsSeenAt{}; ///< first time that somebody answered there
    bool atWork = false; ///< something is still to be done: provisioned, or taken down
};

struct StageTime
{
    NodeStage stage = NodeStage::Paid;
    Millis at;
};

/// What was ordered for a node elsewhere.
struct NodeThing
{
    CloudKind kind = CloudKind::Droplet;
    QString providerId{}; ///< "" from before the order until its answer: it may be there, or not
    Millis orderedAt;
    std::optional<Millis> removedAt{};
};

/// One claim on a node that needs work: guards every write of whoever works on it.
struct NodeRun
{
    QString id;
    int attempt = 0;
};

} // namespace tower
