// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/LightningTargets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    tower::fuzz::bolt11(QByteArrayView(data, static_cast<qsizetype>(size)));
    return 0;
}
