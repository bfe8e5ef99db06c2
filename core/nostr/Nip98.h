// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/nostr/Event.h"

#include <QStringList>

#include <functional>

namespace tower {

class SecretKey;

/// What an HTTP request must match for its NIP-98 header to count.
struct Nip98Expectation
{
    QStringList urls;  ///< absolute URLs that are this request's (http/ws and https/wss forms are equal)
    QByteArray method; ///< GET, POST ...
    QByteArray body;
    bool payloadRequired = false; ///< NIP-86: a payload tag must be there; else it is checked when present or
                                  ///< when there is a body
    Millis now;
};

/// Checks "Authorization: Nostr <base64>" (padding optional; base64url is taken too): kind 27235, created_at
/// within 60 s, u, method, payload, id and signature, and not seen before (`firstSeen` remembers an id and
/// says whether it is new; called last, when all else holds). Returns the signer. Throws unauthorized() with
/// a reason that does not echo input.
PubKey verifyNip98(QByteArrayView authorization, const Nip98Expectation &expected,
                   const std::function<bool(const EventId &)> &firstSeen);

/// Makes the header for a request of ours.
QByteArray makeNip98(const SecretKey &key, const QByteArray &method, const QString &url,
                     const QByteArray &body, Millis now);

} // namespace tower
