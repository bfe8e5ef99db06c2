// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/AccessChange.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Words.h"

#include <QCoreApplication>

#include <algorithm>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::AccessChange)
};

std::optional<PubKey> keyOf(const QString &text)
{
    try {
        return parsePubKey(text);
    } catch (const ServiceError &) {
        return std::nullopt; // bulk() says what is wrong with it
    }
}

} // namespace

int AccessOutcome::done() const
{
    return static_cast<int>(
        std::count_if(results.begin(), results.end(), [](const BulkResult &result) { return result.ok; }));
}

QString AccessOutcome::problems() const
{
    const auto first =
        std::find_if(results.begin(), results.end(), [](const BulkResult &r) { return !r.ok; });
    if (first == results.end())
        return {};
    const int failed = static_cast<int>(results.size()) - done();
    if (results.size() == 1)
        return first->error;
    return Text::tr("%1 of %2 failed. %3: %4")
        .arg(failed)
        .arg(results.size())
        .arg(words::shortened(first->pubkey), first->error);
}

AccessOutcome applyAccess(Services &services, const AccessRequest &request, const QString &actor)
{
    std::vector<std::pair<PubKey, std::optional<RelayAccount>>> before;
    for (const QString &text : request.keys) {
        if (const auto key = keyOf(text))
            before.emplace_back(*key, services.relayAccounts.find(*key));
    }
    AccessOutcome outcome;
    outcome.results = services.relayAccounts.bulk(request.action, request.keys, request.level, request.reason,
                                                  actor, request.expiresAt);
    for (const auto &[key, was] : before) {
        const auto now = services.relayAccounts.find(key);
        if (now && now != was)
            outcome.undo.emplace_back(*now, was);
    }
    return outcome;
}

int undoAccess(Services &services, const AccessOutcome &outcome, const QString &actor)
{
    int refused = 0;
    for (const auto &[now, was] : outcome.undo) {
        try {
            services.relayAccounts.restore(now, was, actor);
        } catch (const ServiceError &) {
            ++refused;
        }
    }
    return refused;
}

} // namespace tower
