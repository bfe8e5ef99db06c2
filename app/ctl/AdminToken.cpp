// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctl/AdminToken.h"

#include "app/ctl/Command.h"
#include "core/base/DataDir.h"
#include "core/base/Error.h"

#include <QDir>
#include <QFile>

namespace tower {

namespace {

const QString tokenName = QStringLiteral("ADMIN_TOKEN");

class Search
{
public:
    [[nodiscard]] bool found() const { return !token.value.isEmpty(); }

    void take(const QString &from, SecretBytes value)
    {
        token.lookedAt << from;
        if (value.isEmpty())
            return;
        token.value = std::move(value);
        token.from = from;
    }

    void takeFromFolder(const QString &folder)
    {
        const QString path = QDir(folder).filePath("secrets.ini");
        SecretBytes value;
        if (QFile::exists(path))
            if (auto read = openSecretsFile(folder)->read(tokenName))
                value = std::move(*read);
        take(path, std::move(value));
    }

    void takeFromKeychain(const QString &service)
    {
        SecretBytes value;
        if (const auto keychain = openKeychain(service))
            if (auto read = keychain->read(tokenName))
                value = std::move(*read);
        take("the keychain", std::move(value));
    }

    AdminToken token;
};

SecretBytes readTokenFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw Refused(QString("ADMIN_TOKEN_FILE %1 can't be read: %2").arg(path, file.errorString()));
    return SecretBytes(file.read(4096).trimmed());
}

} // namespace

AdminToken AdminToken::find(const Command &command)
{
    Search search;
    const auto environment = [&](const char *name, auto &&read) {
        if (!search.found())
            search.take(name, qEnvironmentVariableIsEmpty(name) ? SecretBytes() : read(qgetenv(name)));
    };
    environment("ADMIN_TOKEN", [](const QByteArray &value) { return SecretBytes(value.trimmed()); });
    environment("ADMIN_TOKEN_FILE",
                [](const QByteArray &path) { return readTokenFile(QFile::decodeName(path)); });
    try {
        // What was begun without a keychain goes on so: the order in which the programs themselves look.
        if (!search.found())
            search.takeFromFolder(command.dataDir());
        if (!search.found())
            search.takeFromKeychain(keychainService(command.dataDir()));
    } catch (const ServiceError &problem) {
        throw Refused(problem.message());
    }
    return std::move(search.token);
}

} // namespace tower
