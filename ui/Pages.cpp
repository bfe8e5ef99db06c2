// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/Pages.h"

#include "ui/activity/ActivityPage.h"
#include "ui/api/ApiPage.h"
#include "ui/books/BooksPage.h"
#include "ui/moderation/ModerationPage.h"
#include "ui/nodes/NodesPage.h"
#include "ui/overview/OverviewPage.h"
#include "ui/pool/PoolPage.h"
#include "ui/providers/ProvidersPage.h"
#include "ui/relay-access/RelayAccessPage.h"
#include "ui/settings/SettingsPage.h"
#include "ui/trust/TrustPage.h"
#include "ui/work/WorkPage.h"
#include "ui/zaps/ZapsPage.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::Pages)
};

template <class Made>
std::function<PageWidget *(const PageContext &)> maker()
{
    return [](const PageContext &context) { return new Made(context); };
}

} // namespace

std::vector<PageSpec> consolePages()
{
    return {
        {.id = "overview",
         .group = Text::tr("Watch"),
         .name = Text::tr("Overview"),
         .icon = "overview",
         .make = maker<OverviewPage>()},
        {.id = "activity",
         .group = Text::tr("Watch"),
         .name = Text::tr("Activity"),
         .icon = "activity",
         .make = maker<ActivityPage>(),
         .opensKeys = true,
         .opensEvents = true},
        {.id = "trust",
         .group = Text::tr("People"),
         .name = Text::tr("Trust"),
         .icon = "trust",
         .make = maker<TrustPage>(),
         .opensKeys = true},
        {.id = "relay-access",
         .group = Text::tr("People"),
         .name = Text::tr("Relay access"),
         .icon = "relay",
         .make = maker<RelayAccessPage>(),
         .opensKeys = true},
        {.id = "moderation",
         .group = Text::tr("People"),
         .name = Text::tr("Moderation"),
         .icon = "moderation",
         .make = maker<ModerationPage>(),
         .opensKeys = true,
         .opensEvents = true,
         .count =
             [](Services &s) {
                 const QueueStats stats = s.moderationQueue.stats();
                 return stats.pending + stats.flagged;
             },
         .countKind = "queue_event"},
        {.id = "pool",
         .group = Text::tr("Sats"),
         .name = Text::tr("Generosity pool"),
         .icon = "pool",
         .make = maker<PoolPage>(),
         .opensKeys = true},
        {.id = "work",
         .group = Text::tr("Sats"),
         .name = Text::tr("Work"),
         .icon = "work",
         .make = maker<WorkPage>(),
         .opensKeys = true,
         .opensIds = true},
        {.id = "zaps",
         .group = Text::tr("Sats"),
         .name = Text::tr("Zaps"),
         .icon = "zap",
         .make = maker<ZapsPage>(),
         .opensKeys = true,
         .opensEvents = true,
         .count =
             [](Services &s) {
                 return s.zaps.list({.state = ZapState::Unknown}, {1, {}}).total;
             },
         .countKind = "zap"},
        {.id = "books",
         .group = Text::tr("Sats"),
         .name = Text::tr("Books"),
         .icon = "books",
         .make = maker<BooksPage>(),
         .opensPayments = true,
         .count =
             [](Services &s) {
                 return s.outgoing.list({.state = OutgoingState::Unknown}, {1, {}}).total;
             },
         .countKind = "outgoing"},
        {.id = "nodes",
         .group = Text::tr("Machines"),
         .name = Text::tr("Nodes"),
         .icon = "node",
         .make = maker<NodesPage>(),
         .opensKeys = true,
         .opensIds = true,
         .count = [](Services &s) { return s.bootstrap.count(BootstrapState::Provisioning); },
         .countKind = "node"},
        {.id = "providers",
         .group = Text::tr("Machines"),
         .name = Text::tr("Providers"),
         .icon = "provider",
         .make = maker<ProvidersPage>(),
         .opensKeys = true},
        {.id = "api",
         .group = Text::tr("System"),
         .name = Text::tr("API"),
         .icon = "api",
         .make = maker<ApiPage>()},
        {.id = "settings",
         .group = Text::tr("System"),
         .name = Text::tr("Settings"),
         .icon = "settings",
         .make = maker<SettingsPage>()},
    };
}

} // namespace tower
