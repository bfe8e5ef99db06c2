// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"

#include <QStringList>

namespace tower {

class Command;

/// The token of the admin API, and where it was looked for (for the message when it is missing or wrong).
struct AdminToken
{
    SecretBytes value; ///< empty when there is none
    QString from;
    QStringList lookedAt;

    /// ADMIN_TOKEN, ADMIN_TOKEN_FILE, secrets.ini of the data folder, the keychain. Throws Refused when a
    /// file that should hold it can't be read.
    static AdminToken find(const Command &command);
};

} // namespace tower
