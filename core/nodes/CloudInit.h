// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace tower {

/// What differs from node to node.
struct NodeScript
{
    QString nodeId;          ///< the node's tag; its host name
    QString volume{};        ///< the volume's name; "" without one
    QByteArray tailnetKey{}; ///< single use; "" when it joins no tailnet
};

/// The script that makes a node of a fresh machine, put together from resources/cloud-init.
QByteArray nodeScript(const NodeScript &script);
/// The #cloud-config that brings the script, ops.sh and the tailnet's key onto the machine and runs it. Holds
/// no secret but that key. Throws internalError when it would be over 64 KiB.
QByteArray nodeUserData(const NodeScript &script);

inline constexpr qsizetype maximumUserData = 64 * 1024;

} // namespace tower
