// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayManagement.h"

#include <string>

namespace tower {

/// The lists of relay_rules.
enum class RuleList { BannedEvents, AllowedKinds, DisallowedKinds, BlockedIps };

/// The SQL of relay_rules and relay_profile, and of the lists that relay management shows.
class RelayManagementStore
{
public:
    /// The newest that a list shows: NIP-86 knows no pages.
    static constexpr int listLimit = 10'000;

    explicit RelayManagementStore(Database &database)
        : m_database(database)
    {
    }

    /// False when it is on the list already.
    bool add(RuleList list, const QString &item, const QString &reason, const QString &actor, Millis now);
    /// False when it was not on the list.
    bool remove(RuleList list, const QString &item);
    bool isEmpty(RuleList list);
    std::vector<QString> items(RuleList list);

    std::optional<QString> profile(ProfileField field);
    /// Empty: back to the default.
    void setProfile(ProfileField field, const QString &value);

    /// What a listing is read with, each with its values: tests look at the plans.
    static std::vector<std::pair<std::string, Binds>> listQueries(ManagementList list, Millis now);
    std::vector<ManagedItem> list(ManagementList list, Millis now);

private:
    Database &m_database;
};

} // namespace tower
