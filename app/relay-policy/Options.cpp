// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/Options.h"

#include <QCryptographicHash>
#include <QFile>
#include <QMap>

namespace tower {

namespace {

std::invalid_argument wrong(const QString &what)
{
    return std::invalid_argument(what.toStdString());
}

/// "--name value" and "--name=value".
QMap<QString, QString> readPairs(QStringList arguments)
{
    static const QStringList known{"--url",  "--secret-file", "--timeout-ms",
                                   "--fail", "--cache-dir",   "--ca-file"};
    QMap<QString, QString> values;
    while (!arguments.isEmpty()) {
        QString name = arguments.takeFirst();
        QString value;
        if (const qsizetype equals = name.indexOf('='); equals > 0) {
            value = name.mid(equals + 1);
            name.truncate(equals);
        } else if (known.contains(name)) {
            if (arguments.isEmpty())
                throw wrong(name + " needs a value");
            value = arguments.takeFirst();
        }
        if (!known.contains(name))
            throw wrong("unknown option " + name);
        if (values.contains(name))
            throw wrong(name + " is given twice");
        values.insert(name, value);
    }
    return values;
}

QUrl readUrl(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || (url.scheme() != "http" && url.scheme() != "https") || url.host().isEmpty())
        throw wrong("--url must be an http or https address, like http://127.0.0.1:8337");
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        throw wrong("--url must not hold a user, a query or a fragment; the secret goes to --secret-file");
    return url;
}

QByteArray checkedSecret(const QByteArray &text, const QString &from)
{
    const QByteArray secret = text.trimmed();
    if (secret.isEmpty())
        throw wrong(from + " holds no secret");
    for (const char c : secret)
        if (c <= ' ' || c > '~')
            throw wrong(from + " holds a blank or a character that a header can't carry");
    return secret;
}

QByteArray secretFromFile(const QString &path, const QString &from)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw wrong(QString("%1 %2 can't be read: %3").arg(from, path, file.errorString()));
    return checkedSecret(file.read(4096), from);
}

QByteArray readSecret(const QMap<QString, QString> &values, const QProcessEnvironment &environment)
{
    if (values.contains("--secret-file"))
        return secretFromFile(values["--secret-file"], "--secret-file");
    if (environment.contains("RELAY_POLICY_SECRET"))
        return checkedSecret(environment.value("RELAY_POLICY_SECRET").toUtf8(), "RELAY_POLICY_SECRET");
    if (environment.contains("RELAY_POLICY_SECRET_FILE"))
        return secretFromFile(environment.value("RELAY_POLICY_SECRET_FILE"), "RELAY_POLICY_SECRET_FILE");
    return {};
}

QString readCacheFile(const QString &directory, const QUrl &url, const QProcessEnvironment &environment)
{
    QString folder = directory;
    if (folder.isEmpty()) {
        const QString cache = environment.value("XDG_CACHE_HOME");
        folder = (cache.isEmpty() ? environment.value("HOME") + "/.cache" : cache) + "/timmy-tower";
    }
    const QByteArray hash =
        QCryptographicHash::hash(url.toEncoded(), QCryptographicHash::Sha256).toHex().left(16);
    return folder + "/relay-policy-" + QString::fromLatin1(hash) + ".json";
}

} // namespace

RelayPolicyOptions RelayPolicyOptions::parse(const QStringList &arguments,
                                             const QProcessEnvironment &environment)
{
    RelayPolicyOptions options;
    if (arguments.contains("--help") || arguments.contains("-h"))
        options.show = Show::Help;
    else if (arguments.contains("--version"))
        options.show = Show::Version;
    if (options.show != Show::Nothing)
        return options;

    const QMap<QString, QString> values = readPairs(arguments);
    options.url = readUrl(values.value("--url", "http://127.0.0.1:8337"));
    options.secret = readSecret(values, environment);

    bool isNumber = false;
    const int timeout = values.value("--timeout-ms", "1000").toInt(&isNumber);
    if (!isNumber || timeout < 10 || timeout > 60'000)
        throw wrong("--timeout-ms must be a number from 10 to 60000");
    options.timeout = std::chrono::milliseconds(timeout);

    const QString fail = values.value("--fail", "reject");
    if (fail != "reject" && fail != "cache")
        throw wrong("--fail must be reject or cache");
    options.fail = fail == "cache" ? Fail::Cache : Fail::Reject;
    options.cacheFile = readCacheFile(values.value("--cache-dir"), options.url, environment);

    options.caFile = values.value("--ca-file");
    if (!options.caFile.isEmpty() && !QFile::exists(options.caFile))
        throw wrong("--ca-file " + options.caFile + " does not exist");
    return options;
}

QByteArray RelayPolicyOptions::help()
{
    return R"(Usage: tower-relay-policy [options]

A write-policy plugin for strfry: reads one JSON line an event on standard input, asks the tower, and answers
one line each on standard output.

  --url URL            the tower's address (default http://127.0.0.1:8337)
  --secret-file FILE   holds the tower's RELAY_POLICY_SECRET; else that environment variable, or the file that
                       RELAY_POLICY_SECRET_FILE names, is taken
  --timeout-ms N       how long one answer may take in all, 10 to 60000 (default 1000)
  --fail reject        when the tower does not answer in time: refuse the event (default)
  --fail cache         ... or decide from the last known accounts, fetched every minute; what the tower would
                       put in its queue is still refused
  --cache-dir DIR      where these are kept (default ~/.cache/timmy-tower)
  --ca-file FILE       certificates (PEM) to trust beside the system's, for an https address
  --help, --version
)";
}

} // namespace tower
