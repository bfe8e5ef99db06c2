// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <QByteArray>
#include <QString>

namespace tower {

/// What the database remembers of each secret and identity once used: a short fingerprint, never the secret.
/// One that is missing or different at a later start stops that start (the caller says what to do).
class Fingerprints
{
public:
    enum class Match { FirstSeen, Same, Different };

    explicit Fingerprints(Database &database)
        : m_database(database)
    {
    }

    [[nodiscard]] Match check(const QString &name, const QByteArray &fingerprint);
    /// True when a secret of that name was used before: then its absence is a difference, too.
    [[nodiscard]] bool isKnown(const QString &name);
    /// Keeps the fingerprint; replaces the one of a secret that the operator changed on purpose.
    void remember(Transaction &transaction, const QString &name, const QByteArray &fingerprint, Millis now);
    /// The operator does without this secret from now on.
    void forget(Transaction &transaction, const QString &name);

private:
    std::optional<QByteArray> find(const QString &name);

    Database &m_database;
};

} // namespace tower
