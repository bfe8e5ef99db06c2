// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/base/Clock.h"
#include "core/lightning/Wallet.h"
#include "core/nodes/Cloud.h"

#include <QCoroTask>
#include <QString>

#include <chrono>
#include <optional>

namespace tower {

/// What the tower talks to outside.
enum class Connection { Wallet, Agent, Cloud, Relay };

/// What a connection answered when it was asked.
struct ConnectionReport
{
    bool isSet = true; ///< false: there is nothing to ask
    bool simulated = false;
    bool answered = false;
    std::optional<Msat> balance{}; ///< the wallet's
    std::int64_t things = 0;       ///< of ours, that the cloud's provider keeps
    QString problem{};             ///< why it did not answer, in a sentence
};

/// One real question each; that it fails is an answer, never an exception. Core thread. The wallet tells its
/// balance.
QCoro::Task<ConnectionReport> askWallet(Wallet &wallet);
/// Evaluates one short sentence: the only question that proves key, model and answer. A real agent charges
/// for it.
QCoro::Task<ConnectionReport> askAgent(Agent &agent);
/// The provider lists what is ours.
QCoro::Task<ConnectionReport> askCloud(Cloud &cloud);
/// A REQ for this key's profile, until EOSE, over a connection of its own: the one in use may be resting
/// after a failure, and is not to be disturbed. `owner` ends it when it goes.
QCoro::Task<ConnectionReport> askRelay(QString url, PubKey key, const Clock &clock, QObject *owner,
                                       std::chrono::milliseconds deadline = std::chrono::seconds(10));

} // namespace tower
