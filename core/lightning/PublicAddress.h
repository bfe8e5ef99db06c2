// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>

namespace tower {

/// Whether an address is one of the public Internet (the IANA special-purpose registries): not private,
/// loopback, link-local, shared (CGNAT), multicast, reserved or for documentation. An IPv4 address within an
/// IPv6 one (mapped, NAT64) is judged by itself; 6to4 and Teredo are refused.
bool isPublicAddress(const QHostAddress &address);

} // namespace tower
