// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ApiServer.h"

#include "core/api/AdminRelayRoutes.h"
#include "core/api/AdminRoutes.h"
#include "core/api/IdentityRoutes.h"
#include "core/api/ModerationRoutes.h"
#include "core/api/PolicyRoutes.h"
#include "core/api/RelayManagementRoutes.h"
#include "core/api/SystemRoutes.h"
#include "core/api/WorkRoutes.h"

#include <QUrl>

namespace tower {

namespace {

/// As browsers write it (RFC 6454): no path, and no port where it is the scheme's own.
QString originOf(QUrl url)
{
    const int usual = url.scheme() == QLatin1String("https") ? 443 : 80;
    if (url.port() == usual)
        url.setPort(-1);
    return url.adjusted(QUrl::RemovePath | QUrl::RemoveQuery).toString(QUrl::StripTrailingSlash);
}

} // namespace

ApiServer::ApiServer(const ApiServices &services)
    : m_services(services)
    , m_limits(services.clock)
    , m_router(services.clock, m_limits)
    , m_auth(services.database, services.clock, services.settings, services.secrets)
    , m_caller(services.tokens, services.trust, m_limits)
    , m_feed(services.changes)
    , m_host([this](HttpRequest request, std::function<void(HttpResponse)> reply) {
        m_router.handle(std::move(request), std::move(reply));
    })
{
    m_router.setAuthoriser([this](HttpRequest &request, Scope scope) { m_auth.authorise(request, scope); });
    addSystemRoutes(m_router,
                    {services.database, services.clock, services.settings, services.wallet, services.agent,
                     services.queue, services.policyLog, m_host, services.relay, services.clock.now()});
    addDocumentRoutes(m_router, services.relayManagement, services.relayAccounts,
                      [this] { return baseUrl(); });
    addRelayManagementRoutes(m_router, m_auth, services.relayManagement, services.clock, services.reader);
    addPolicyRoutes(m_router, services.relayPolicy, services.policyLog, services.relayAccounts,
                    services.relayManagement, services.settings, services.clock, services.reader);
    addAdminRelayRoutes(m_router, services.relayAccounts, services.relayPolicy, services.policyLog,
                        services.clock, services.reader);
    addModerationRoutes(m_router, services.queue, services.relayAccounts, services.policyLog,
                        services.reviewer, services.clock, services.reader);
    addIdentityRoutes(m_router, {m_caller, services.signIn, services.vouches, services.identities,
                                 services.relayAccounts, services.settings, services.zaps.zaps});
    addIdentityAdminRoutes(m_router, services.identities, services.trust, services.vouches,
                           services.relayAccounts, services.settings);
    addBooksRoutes(m_router, services.activity, services.ledger, services.reconcile, services.database,
                   services.wallet, services.reader);
    addSettingsRoutes(m_router, services.settings, services.savedSettings, services.secrets);
    addBackupRoute(m_router, services.database.url(), services.dataDir, services.reader);
    m_feed.addRoutes(m_router);

    const WorkServices work{m_caller,         services.settings,        services.identities, services.ledger,
                            services.wallet,  services.simulatedWallet, services.agent,      services.watcher,
                            services.refunds, services.oracle,          services.pricing,    services.pool,
                            services.jobs,    services.sessions};
    addEstimateRoute(m_router, work);
    addJobRoutes(m_router, work);
    addSessionRoutes(m_router, work);
    addSessionAdminRoutes(m_router, work);
    addStubRoute(m_router, work);
    addPoolRoutes(m_router, services.pool);
    addZapRoutes(m_router, services.zaps);
    addReceiptRoutes(m_router, services.receipts, services.settings, services.clock, services.reader);

    const BootstrapServices nodes{m_caller, services.settings, services.invoices, services.bootstrap,
                                  services.nodeSweep};
    addBootstrapRoutes(m_router, nodes);
    addBootstrapAdminRoutes(m_router, nodes);

    applyLimits();
    services.settings.onChange([this](Setting setting) {
        applyLimits();
        if (setting == Setting::PublicUrl && m_host.isListening())
            applyAddresses();
    });
}

ApiServer::~ApiServer() = default;

void ApiServer::applyLimits()
{
    const Settings &settings = m_services.settings;
    const auto rate = [&](LimitClass limit, Setting setting) {
        m_limits.setRate(static_cast<int>(limit), static_cast<int>(settings.integer(setting)));
    };
    rate(LimitClass::SignIn, Setting::RateLimitSigninPerMin);
    rate(LimitClass::Create, Setting::RateLimitCreatePerMin);
    rate(LimitClass::Public, Setting::RateLimitPublicPerMin);
}

void ApiServer::listen(HttpHostOptions options)
{
    const Settings &settings = m_services.settings;
    options.limits.maxConnections = static_cast<int>(settings.integer(Setting::HttpMaxConnections));
    options.limits.maxPerAddress = static_cast<int>(settings.integer(Setting::HttpMaxPerAddress));
    options.limits.maxBodyBytes = settings.integer(Setting::HttpMaxBodyBytes);
    options.limits.idleSecs = static_cast<int>(settings.integer(Setting::HttpIdleSecs));
    options.limits.requestSecs = static_cast<int>(settings.integer(Setting::HttpRequestSecs));
    m_host.listen(options);
    m_feed.start();
    m_options = options;

    m_auth.setBehindProxy(options.behindProxy);
    applyAddresses();
}

void ApiServer::applyAddresses()
{
    const QUrl base(baseUrl());
    const QUrl bound(m_host.url());
    Router::Options routing;
    for (const QUrl &url : {base, bound}) {
        routing.allowedHosts << url.host() << url.authority();
        routing.ownOrigins << originOf(url);
    }
    if (m_options.address.isLoopback()) {
        QUrl local = bound;
        local.setHost(QStringLiteral("localhost"));
        routing.ownOrigins << originOf(local);
    }
    m_router.setOptions(routing);
    m_auth.setBaseUrl(baseUrl());
    m_auth.setTimmy(m_services.relayAccounts.timmy());
}

void ApiServer::stopAccepting()
{
    m_host.stopAccepting();
    m_feed.stop();
}

void ApiServer::close()
{
    m_feed.stop();
    m_host.close();
}

QString ApiServer::baseUrl() const
{
    QString url = m_services.settings.text(Setting::PublicUrl);
    if (url.isEmpty())
        url = m_host.url();
    while (url.endsWith(QLatin1Char('/')))
        url.chop(1);
    return url;
}

} // namespace tower
