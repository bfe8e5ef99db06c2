// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/CloudInit.h"

#include "core/base/Error.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>

/// Links the scripts in from the object library that carries them. At namespace level, as Qt asks.
static void initCloudInitResource()
{
    Q_INIT_RESOURCE(cloudinit);
}

namespace tower {
namespace {

/// Images by the version: what a node runs is decided here, not on the day on which it is made.
constexpr auto bitcoinVersion = "30.2";
constexpr auto lndVersion = "v0.21.2-beta";
constexpr auto lnbitsVersion = "v1.5.1";

const QString folder = QStringLiteral(":/cloud-init/");

QByteArray resource(const QString &name)
{
    initCloudInitResource();
    QFile file(folder + name);
    if (!file.open(QIODevice::ReadOnly))
        throw internalError(QStringLiteral("The part %1 of the node's script is missing.").arg(name));
    return file.readAll();
}

/// Values go into a shell script and a YAML file: these characters mean nothing to either. The value itself
/// is not shown, for one is a secret.
QByteArray plain(const QByteArray &value, const char *what)
{
    static const QRegularExpression allowed(QStringLiteral("\\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\\z"));
    if (!allowed.match(QString::fromUtf8(value)).hasMatch())
        throw internalError(QStringLiteral("The %1 can't stand in the node's script.").arg(what));
    return value;
}

QByteArray plainOrNone(const QByteArray &value, const char *what)
{
    return value.isEmpty() ? QByteArray() : plain(value, what);
}

/// An entry of write_files, its content as a literal block: what is indented is taken as it stands.
QByteArray writtenFile(const QByteArray &path, const QByteArray &mode, const QByteArray &content)
{
    QByteArray out =
        "  - path: " + path + "\n    owner: root:root\n    permissions: '" + mode + "'\n    content: |\n";
    for (const QByteArray &line : content.chopped(1).split('\n'))
        out += line.isEmpty() ? QByteArray("\n") : "      " + line + '\n';
    return out;
}

} // namespace

QByteArray nodeScript(const NodeScript &script)
{
    initCloudInitResource();
    QByteArray out;
    const QStringList parts = QDir(folder).entryList({QStringLiteral("[0-9]*.sh")}, QDir::Files, QDir::Name);
    for (const QString &part : parts)
        out += resource(part);
    out.replace("@@NODE_ID@@", plain(script.nodeId.toUtf8(), "node's name"));
    out.replace("@@VOLUME@@", plainOrNone(script.volume.toUtf8(), "volume's name"));
    out.replace("@@JOINS_TAILNET@@", script.tailnetKey.isEmpty() ? "0" : "1");
    out.replace("@@BITCOIN_VERSION@@", bitcoinVersion);
    out.replace("@@LND_VERSION@@", lndVersion);
    out.replace("@@LNBITS_VERSION@@", lnbitsVersion);
    if (parts.isEmpty() || out.contains("@@"))
        throw internalError(QStringLiteral("The node's script is not complete."));
    return out;
}

QByteArray nodeUserData(const NodeScript &script)
{
    QByteArray out = "#cloud-config\nwrite_files:\n";
    out += writtenFile("/opt/timmy-node/node.sh", "0700", nodeScript(script));
    out += writtenFile("/opt/timmy-node/ops.sh", "0700", resource(QStringLiteral("ops.sh")));
    if (!script.tailnetKey.isEmpty())
        out += writtenFile("/opt/timmy-node/secrets/tailnet-key", "0600",
                           plain(script.tailnetKey, "tailnet's key") + '\n');
    out += "runcmd:\n  - [bash, /opt/timmy-node/node.sh]\n";
    if (out.size() > maximumUserData)
        throw internalError(QStringLiteral("The node's script is larger than the provider takes."));
    return out;
}

} // namespace tower
