// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"

#include <QByteArray>

namespace tower {

/// The code of the ServiceError that `work` throws; "" when it throws none.
template <class Work>
QByteArray errorCodeOf(Work &&work)
{
    try {
        work();
    } catch (const ServiceError &error) {
        return error.code();
    }
    return "";
}

} // namespace tower
