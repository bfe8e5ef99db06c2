// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/CommandLine.h"

#include "core/base/DataDir.h"
#include "core/base/Error.h"

#include <QCommandLineParser>
#include <QDir>
#include <QUrl>

namespace tower {

namespace {

struct Address
{
    QHostAddress host;
    quint16 port = 0;
};

Address parseListen(const QString &text)
{
    const QUrl url(QStringLiteral("http://") + text);
    QString host = url.host();
    if (host == QLatin1String("localhost"))
        host = QStringLiteral("127.0.0.1");
    Address out;
    const bool whole = url.isValid() && url.path().isEmpty() && url.userInfo().isEmpty() && !url.hasQuery();
    if (!whole || url.port() < 0 || !out.host.setAddress(host))
        throw CommandLineExit{
            2, QStringLiteral("--listen wants ADDRESS:PORT, as in 127.0.0.1:8337 or [::1]:8337, not \"%1\".")
                   .arg(text)};
    out.port = static_cast<quint16>(url.port());
    return out;
}

Settings::Values parseSet(const QStringList &assignments)
{
    Settings::Values out;
    for (const QString &assignment : assignments) {
        const auto equals = assignment.indexOf(QLatin1Char('='));
        if (equals < 1)
            throw CommandLineExit{2, QStringLiteral("--set wants NAME=VALUE.")};
        const QString name = assignment.left(equals);
        if (!Settings::find(name))
            throw CommandLineExit{2, QStringLiteral("--set: there is no setting %1 (secrets come from the "
                                                    "environment, a file or the keychain).")
                                         .arg(name)};
        out[name] = assignment.mid(equals + 1);
    }
    return out;
}

} // namespace

TowerOptions readCommandLine(const QStringList &arguments, const QProcessEnvironment &environment,
                             bool console)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        console ? QStringLiteral("Timmy Tower Console: the operator's desktop program.")
                : QStringLiteral("towerd: Timmy's services and API, without windows."));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  QStringLiteral("Show this text."));
    const QCommandLineOption version({QStringLiteral("v"), QStringLiteral("version")},
                                     QStringLiteral("Show the version."));
    const QCommandLineOption dataDir(
        QStringLiteral("data-dir"),
        QStringLiteral("Folder of the database, the log and backups (default: %1).").arg(defaultDataDir()),
        QStringLiteral("DIR"));
    const QCommandLineOption database(
        QStringLiteral("database"),
        QStringLiteral(
            "sqlite:PATH or postgresql://user:pass@host:port/name (default: tower.db in the data folder)."),
        QStringLiteral("URL"));
    const QCommandLineOption listen(
        QStringLiteral("listen"),
        QStringLiteral("Where the API listens (default: 127.0.0.1:8337; port 0 picks a free one)."),
        QStringLiteral("ADDRESS:PORT"));
    const QCommandLineOption config(QStringLiteral("config"), QStringLiteral("INI file of settings."),
                                    QStringLiteral("FILE"));
    const QCommandLineOption set(QStringLiteral("set"),
                                 QStringLiteral("One setting; may be given more than once."),
                                 QStringLiteral("NAME=VALUE"));
    const QCommandLineOption print(
        QStringLiteral("print-settings"),
        QStringLiteral("Show every setting with its value and where it came from."));
    const QCommandLineOption certificate(QStringLiteral("tls-cert"),
                                         QStringLiteral("PEM certificate chain: serve https."),
                                         QStringLiteral("FILE"));
    const QCommandLineOption key(QStringLiteral("tls-key"),
                                 QStringLiteral("PEM private key of the certificate."),
                                 QStringLiteral("FILE"));
    const QCommandLineOption proxy(
        QStringLiteral("behind-proxy"),
        QStringLiteral("A TLS proxy stands in front; its X-Forwarded-For counts."));
    const QCommandLineOption accept(QStringLiteral("accept-secret-change"),
                                    QStringLiteral("Go on although this secret is not the one used before."),
                                    QStringLiteral("NAME"));
    const QCommandLineOption demo(
        QStringLiteral("demo"),
        QStringLiteral("A throw-away data folder full of plausible data; nothing real is touched."));
    parser.addOptions({help, version, dataDir, database, listen, config, set, print, certificate, key, proxy,
                       accept, demo});
    const QCommandLineOption page(
        QStringLiteral("page"),
        QStringLiteral("The page to open: overview, activity, trust, relay-access, moderation, api, "
                       "settings; after a colon what to show there, as in moderation:flagged."),
        QStringLiteral("NAME"));
    const QCommandLineOption theme(QStringLiteral("theme"),
                                   QStringLiteral("light or dark (default: as the desktop)."),
                                   QStringLiteral("NAME"));
    const QCommandLineOption screenshot(
        QStringLiteral("screenshot"),
        QStringLiteral("Draw the window into this PNG file once it has settled, then quit (works with "
                       "QT_QPA_PLATFORM=offscreen)."),
        QStringLiteral("FILE"));
    if (console)
        parser.addOptions({page, theme, screenshot});

    if (!parser.parse(arguments))
        throw CommandLineExit{2, parser.errorText() + QStringLiteral("\nTry --help.")};
    if (parser.isSet(help))
        throw CommandLineExit{0, parser.helpText()};
    if (parser.isSet(version))
        throw CommandLineExit{0, QStringLiteral("%1 %2").arg(console ? QStringLiteral("tower-console")
                                                                     : QStringLiteral("towerd"),
                                                             QStringLiteral(TOWER_VERSION))};
    if (!parser.positionalArguments().isEmpty())
        throw CommandLineExit{2, QStringLiteral("Unknown argument \"%1\".\nTry --help.")
                                     .arg(parser.positionalArguments().first())};

    TowerOptions out;
    out.environment = environment;
    out.dataDir = QDir(parser.isSet(dataDir) ? parser.value(dataDir) : defaultDataDir()).absolutePath();
    out.database = DatabaseUrl::parse(parser.isSet(database)
                                          ? parser.value(database)
                                          : QStringLiteral("sqlite:") +
                                                QDir(out.dataDir).filePath(QStringLiteral("tower.db")));
    if (parser.isSet(listen)) {
        const Address address = parseListen(parser.value(listen));
        out.address = address.host;
        out.port = address.port;
        out.listenGiven = true;
    }
    out.tlsCertificate = parser.value(certificate);
    out.tlsKey = parser.value(key);
    if (out.tlsCertificate.isEmpty() != out.tlsKey.isEmpty())
        throw CommandLineExit{2, QStringLiteral("--tls-cert and --tls-key belong together.")};
    out.behindProxy = parser.isSet(proxy);
    if (!out.address.isLoopback() && out.tlsCertificate.isEmpty() && !out.behindProxy) {
        throw badRequest(
            "listen",
            QStringLiteral("--listen %1 can be reached from outside: give a certificate (--tls-cert, "
                           "--tls-key), or say that a TLS proxy stands in front (--behind-proxy).")
                .arg(parser.value(listen)),
            "address_refused");
    }
    out.demo = parser.isSet(demo);
    out.printSettings = parser.isSet(print);
    if (console) {
        out.page = parser.value(page);
        out.theme = parser.value(theme);
        out.screenshot = parser.value(screenshot);
        if (!out.theme.isEmpty() && out.theme != QLatin1String("light") && out.theme != QLatin1String("dark"))
            throw CommandLineExit{2,
                                  QStringLiteral("--theme wants light or dark, not \"%1\".").arg(out.theme)};
    }
    out.acceptedSecretChanges = parser.values(accept);
    for (QString &name : out.acceptedSecretChanges)
        name = name.trimmed().toUpper();

    Settings::Values fromFile;
    if (parser.isSet(config))
        fromFile = Settings::readConfigFile(parser.value(config));
    out.settings = Settings(parseSet(parser.values(set)), environment, fromFile);
    return out;
}

} // namespace tower
