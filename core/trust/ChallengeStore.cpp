// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trust/ChallengeStore.h"

namespace tower {

void ChallengeStore::insert(const QString &nonce, Millis expiresAt)
{
    m_database.execute("INSERT INTO identity_challenges (nonce, expires_at) VALUES (?, ?)",
                       {nonce, expiresAt});
}

std::optional<ChallengeStore::Challenge> ChallengeStore::find(const QString &nonce)
{
    return m_database.one("SELECT expires_at, used_at FROM identity_challenges WHERE nonce = ?", {nonce},
                          [](const Row &row) {
                              return Challenge{row.millis("expires_at"), row.optionalMillis("used_at")};
                          });
}

std::int64_t ChallengeStore::countOpen(Millis now, std::int64_t limit)
{
    return m_database.number(R"sql(
        SELECT COUNT(*) AS n FROM (
            SELECT 1 FROM identity_challenges WHERE used_at IS NULL AND expires_at > ? LIMIT ?
        ) AS counted)sql",
                             {now, limit});
}

bool ChallengeStore::consume(const QString &nonce, Millis now)
{
    return m_database.execute(R"sql(
        UPDATE identity_challenges SET used_at = ? WHERE nonce = ? AND used_at IS NULL AND expires_at > ?)sql",
                              {now, nonce, now}) == 1;
}

void ChallengeStore::sweep(Millis until)
{
    m_database.execute("DELETE FROM identity_challenges WHERE expires_at < ?", {until});
}

} // namespace tower
