// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/ConsoleControl.h"

#include "app/StartSecrets.h"
#include "app/Tower.h"
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/store/Backup.h"

#include <QDir>
#include <QSettings>

namespace tower {

namespace {

const QString savedAddress = QStringLiteral("api/address");
const QString savedPort = QStringLiteral("api/port");

QString scopeText(Scope scope)
{
    switch (scope) {
    case Scope::Public:
        return QStringLiteral("public");
    case Scope::Policy:
        return QStringLiteral("relay");
    case Scope::Admin:
        return QStringLiteral("admin");
    case Scope::Metrics:
        return QStringLiteral("admin or loopback");
    }
    Q_UNREACHABLE();
}

/// What the windows and this remember between starts; nothing in it is secret.
QSettings remembered(const Tower &tower)
{
    return QSettings(QDir(tower.options.dataDir).filePath(QStringLiteral("console.ini")),
                     QSettings::IniFormat);
}

} // namespace

void ConsoleControl::listenAtStart()
{
    QHostAddress address = m_tower.options.address;
    quint16 port = m_tower.options.port;
    if (!m_tower.options.listenGiven) {
        const QSettings settings = remembered(m_tower);
        const QHostAddress saved(settings.value(savedAddress).toString());
        if (!saved.isNull()) {
            address = saved;
            port = static_cast<quint16>(settings.value(savedPort).toUInt());
        }
    }
    try {
        m_tower.listen(address, port);
    } catch (const ServiceError &error) {
        log::warning("http", QStringLiteral("not serving"), {{"error", error.message()}});
        m_problem = error.message();
        // A second console for a look around should not be stopped by the first one's port.
        if (m_tower.options.demo && !m_tower.options.listenGiven) {
            m_tower.listen(address, 0);
            m_problem.clear();
        }
    }
}

ApiState ConsoleControl::api()
{
    ApiState out;
    const HttpHost &host = m_tower.api.host();
    out.listening = host.isListening();
    out.url = out.listening ? host.url() : QString();
    out.host = (out.listening ? m_tower.api.options().address : m_tower.options.address).toString();
    out.port = out.listening ? host.port() : m_tower.options.port;
    out.tls = !m_tower.options.tlsCertificate.isEmpty();
    out.demo = m_tower.options.demo;
    QStringList simulated;
    if (m_tower.wallet->isSimulated())
        simulated << QStringLiteral("wallet");
    if (m_tower.agent->isSimulated())
        simulated << QStringLiteral("agent");
    if (!m_tower.secrets.isSet(Secret::DoApiToken))
        simulated << QStringLiteral("cloud");
    out.simulated = simulated.join(QStringLiteral(", "));
    out.problem = m_problem;
    out.tokenFixed = m_tower.secrets.isFixed(Secret::AdminToken);
    return out;
}

void ConsoleControl::startServing()
{
    if (m_tower.isListening())
        return;
    try {
        m_tower.listen(m_tower.options.address, m_tower.options.port);
        m_problem.clear();
    } catch (const ServiceError &error) {
        m_problem = error.message();
        throw;
    }
}

void ConsoleControl::stopServing()
{
    m_tower.api.close();
    m_problem.clear();
    log::info("http", QStringLiteral("stopped by the operator"));
}

void ConsoleControl::changeAddress(const QString &host, int port)
{
    QHostAddress address(host == QLatin1String("localhost") ? QStringLiteral("127.0.0.1") : host);
    if (address.isNull())
        throw badRequest("host", QStringLiteral("\"%1\" is no IP address.").arg(host));
    if (port < 0 || port > 65535)
        throw badRequest("port",
                         QStringLiteral("The port must be between 0 and 65535 (0 picks a free one)."));
    const bool wasListening = m_tower.isListening();
    const QHostAddress before = m_tower.api.options().address;
    const quint16 portBefore = m_tower.api.host().port();
    if (wasListening)
        m_tower.api.close();
    try {
        m_tower.listen(address, static_cast<quint16>(port));
    } catch (const ServiceError &) {
        if (wasListening)
            m_tower.listen(before, portBefore);
        throw;
    }
    if (!wasListening)
        m_tower.api.close();
    m_tower.options.address = address;
    m_tower.options.port = static_cast<quint16>(port);
    m_problem.clear();
    QSettings settings = remembered(m_tower);
    settings.setValue(savedAddress, address.toString());
    settings.setValue(savedPort, port);
}

std::vector<RouteLine> ConsoleControl::routes()
{
    std::vector<RouteLine> out;
    for (const RouteStats &route : m_tower.api.router().stats()) {
        out.push_back({QString::fromLatin1(route.method), QString::fromLatin1(route.pattern),
                       scopeText(route.scope), route.calls, route.clientErrors + route.serverErrors,
                       route.p50Ms, route.p99Ms});
    }
    return out;
}

std::vector<RequestLine> ConsoleControl::requests(int limit)
{
    return lines(limit, false);
}

std::vector<RequestLine> ConsoleControl::errors(int limit)
{
    return lines(limit, true);
}

std::vector<RequestLine> ConsoleControl::lines(int limit, bool errorsOnly)
{
    std::vector<RequestLine> out;
    const auto &log = m_tower.api.router().log();
    for (auto it = log.rbegin(); it != log.rend() && out.size() < static_cast<std::size_t>(limit); ++it) {
        if (errorsOnly && it->status < 400)
            continue;
        out.push_back({it->number, it->at, QString::fromLatin1(it->method), QString::fromUtf8(it->path),
                       it->status, it->milliseconds, it->peer, QString::fromLatin1(it->errorCode)});
    }
    return out;
}

QString ConsoleControl::rotateAdminToken()
{
    rotateSecret(m_tower.secrets, Secret::AdminToken, m_tower.database, m_tower.clock, m_tower.activity,
                 QStringLiteral("admin:console"));
    return QString::fromUtf8(m_tower.secrets.value(Secret::AdminToken).view().toByteArray());
}

QString ConsoleControl::curlFor(const QString &method, const QString &path)
{
    QString out = QStringLiteral("curl -sS");
    if (method != QLatin1String("GET"))
        out += QStringLiteral(" -X ") + method;
    for (const Route &route : m_tower.api.router().routes()) {
        if (QLatin1StringView(route.pattern) != path)
            continue;
        if (route.scope == Scope::Admin || route.scope == Scope::Metrics)
            out += QStringLiteral(" -H \"Authorization: Bearer $ADMIN_TOKEN\"");
        if (route.scope == Scope::Policy)
            out += QStringLiteral(" -H \"Authorization: Bearer $RELAY_POLICY_SECRET\"");
        break;
    }
    if (method == QLatin1String("POST") || method == QLatin1String("PATCH"))
        out += QStringLiteral(" -H 'Content-Type: application/json' -d '{}'");
    return out + QStringLiteral(" '%1%2'").arg(m_tower.api.baseUrl(), path);
}

std::vector<SecretLine> ConsoleControl::secrets()
{
    std::vector<SecretLine> out;
    for (const SecretSpec &spec : Secrets::catalogue()) {
        const bool isSet = m_tower.secrets.isSet(spec.secret);
        const SecretSource source = m_tower.secrets.source(spec.secret);
        // What this start generated is kept in the store too.
        const bool inStore = source == SecretSource::SecretsIni || source == SecretSource::Generated;
        out.push_back({QString::fromLatin1(spec.name), QString::fromUtf8(spec.meaning), isSet,
                       isSet ? Secrets::sourceName(source) : QString(),
                       isSet && inStore && m_tower.secrets.storeSource() == SecretSource::SecretsIni});
    }
    return out;
}

PubKey ConsoleControl::importTimmyKey(const SecretBytes &key, const QString &actor)
{
    return replaceTimmyKey(m_tower.secrets, key, m_tower.database, m_tower.clock, m_tower.activity, actor);
}

QFuture<ChainReport> ConsoleControl::verifyActivity(std::function<bool()> cancelled)
{
    Reader &reader = m_tower.reader;
    return reader.run([&reader, cancelled = std::move(cancelled)](Database &database) {
        return Activity::verify(database, [&] { return reader.isCancelled() || (cancelled && cancelled()); });
    });
}

QFuture<void> ConsoleControl::backup(const QString &file)
{
    return m_tower.reader.run([url = m_tower.database.url(), file](Database &) { backupSqlite(url, file); });
}

QString ConsoleControl::dataFolder()
{
    return m_tower.options.dataDir;
}

QString ConsoleControl::databaseDisplay()
{
    return m_tower.database.url().display();
}

} // namespace tower
