// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/Bootstrap.h"
#include "core/nodes/NodeSweep.h"
#include "ui/widgets/Pill.h"

namespace tower {

/// Nodes in the words, shapes and tones of the windows.
PillLook lookOf(BootstrapState state);
/// The state, and what has become of it since: taken down again, never paid for.
PillLook lookOf(const BootstrapJob &job);
QString wordOf(NodeStage stage);
/// How far it has come; "" before it is paid.
QString stageWordOf(const BootstrapJob &job);
QString wordOf(CloudKind kind);
/// "48.00"
QString figureOf(std::int64_t cents);
/// "48.00 USD"
QString dollarsOf(std::int64_t cents);
/// "2 droplets, 1 volume"
QString countOf(const std::vector<CloudKind> &kinds);
/// With which the operator says that he means this one: the beginning of its id.
QString confirmationOf(const QString &nodeId);

} // namespace tower
