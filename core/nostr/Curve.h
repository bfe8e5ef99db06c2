// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <secp256k1.h>

namespace tower {

/// libsecp256k1's context for everybody who computes on the curve. Made once, blinded once, and only read
/// afterwards, so every thread may use it.
const secp256k1_context *curveContext();

} // namespace tower
