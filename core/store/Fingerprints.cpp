// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Fingerprints.h"

namespace tower {

std::optional<QByteArray> Fingerprints::find(const QString &name)
{
    return m_database.one("SELECT fingerprint FROM secret_fingerprints WHERE name = ?", {name},
                          [](const Row &row) { return row.utf8("fingerprint"); });
}

Fingerprints::Match Fingerprints::check(const QString &name, const QByteArray &fingerprint)
{
    const auto known = find(name);
    if (!known)
        return Match::FirstSeen;
    return *known == fingerprint ? Match::Same : Match::Different;
}

bool Fingerprints::isKnown(const QString &name)
{
    return find(name).has_value();
}

void Fingerprints::remember(Transaction &transaction, const QString &name, const QByteArray &fingerprint,
                            Millis now)
{
    transaction.database().execute(R"(
        INSERT INTO secret_fingerprints (name, fingerprint, first_used_at) VALUES (?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, first_used_at = excluded.first_used_at
        WHERE secret_fingerprints.fingerprint <> excluded.fingerprint)",
                                   {name, fingerprint, now});
}

void Fingerprints::forget(Transaction &transaction, const QString &name)
{
    transaction.database().execute("DELETE FROM secret_fingerprints WHERE name = ?", {name});
}

} // namespace tower
