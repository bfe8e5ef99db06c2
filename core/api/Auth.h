// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/api/ReplayStore.h"
#include "core/base/Clock.h"
#include "core/base/Secrets.h"
#include "core/base/Settings.h"
#include "core/http/Router.h"
#include "core/nostr/Nip98.h"

#include <QHash>
#include <QSet>

namespace tower {

/// Who may call admin, policy and metrics routes. Core thread.
///
/// Admin: the bearer token (compared in constant time; after five wrong tries from an address each further
/// one costs a growing wait) or a NIP-98 header signed by one of ADMIN_PUBKEYS. Nothing trusts localhost but
/// the metrics, and the policy route when no secret is sent and no proxy stands in front.
class Auth
{
public:
    Auth(Database &database, const Clock &clock, const Settings &settings, const Secrets &secrets);

    /// What NIP-98 signers must have signed for: the public URL, or the bound address.
    void setBaseUrl(const QString &url) { m_baseUrl = url; }
    void setBehindProxy(bool behindProxy) { m_behindProxy = behindProxy; }
    /// Timmy's own key may sign relay management calls.
    void setTimmy(const std::optional<PubKey> &timmy) { m_timmy = timmy; }

    /// Throws ServiceError (401, 403, 429) or sets request.actor.
    void authorise(HttpRequest &request, Scope scope);

    /// NIP-98 by one of ADMIN_PUBKEYS (or Timmy); `payloadRequired` as NIP-86 wants it.
    enum class Signers { Admins, AdminsAndTimmy };
    PubKey requireAdminSignature(const HttpRequest &request, Signers signers, bool payloadRequired);

private:
    void authoriseAdmin(HttpRequest &request);
    void authorisePolicy(HttpRequest &request);
    void refuseIfWaiting(const QByteArray &address) const;
    void noteFailure(const QByteArray &address);

    struct Failures
    {
        int count = 0;
        Millis until;
    };

    ReplayStore m_replays;
    const Clock &m_clock;
    const Settings &m_settings;
    const Secrets &m_secrets;
    QString m_baseUrl;
    bool m_behindProxy = false;
    std::optional<PubKey> m_timmy;
    QHash<QByteArray, Failures> m_failures;
};

} // namespace tower
