// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/BootstrapJob.h"

namespace tower {

QString toText(BootstrapState state)
{
    switch (state) {
    case BootstrapState::AwaitingPayment:
        return QStringLiteral("awaiting_payment");
    case BootstrapState::Provisioning:
        return QStringLiteral("provisioning");
    case BootstrapState::Ready:
        return QStringLiteral("ready");
    case BootstrapState::Failed:
        return QStringLiteral("failed");
    }
    Q_UNREACHABLE();
}

std::optional<BootstrapState> bootstrapStateFromText(const QString &text)
{
    using enum BootstrapState;
    for (const BootstrapState state : {AwaitingPayment, Provisioning, Ready, Failed}) {
        if (toText(state) == text)
            return state;
    }
    return std::nullopt;
}

QString toText(NodeStage stage)
{
    switch (stage) {
    case NodeStage::Paid:
        return QStringLiteral("paid");
    case NodeStage::KeyPair:
        return QStringLiteral("key_pair");
    case NodeStage::Key:
        return QStringLiteral("key");
    case NodeStage::TailnetKey:
        return QStringLiteral("tailnet_key");
    case NodeStage::Volume:
        return QStringLiteral("volume");
    case NodeStage::Droplet:
        return QStringLiteral("droplet");
    case NodeStage::Address:
        return QStringLiteral("address");
    case NodeStage::Ready:
        return QStringLiteral("ready");
    }
    Q_UNREACHABLE();
}

std::optional<NodeStage> nodeStageFromText(const QString &text)
{
    using enum NodeStage;
    for (const NodeStage stage : {Paid, KeyPair, Key, TailnetKey, Volume, Droplet, Address, Ready}) {
        if (toText(stage) == text)
            return stage;
    }
    return std::nullopt;
}

} // namespace tower
