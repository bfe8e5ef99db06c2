// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The store without a keychain: secrets.ini in the data folder, readable by its owner only.
#include "core/base/Error.h"
#include "core/base/IniFile.h"
#include "core/base/Log.h"
#include "core/base/PosixFile.h"
#include "core/base/Secrets.h"

#include <QDir>
#include <QFile>

#include <map>

#include <sys/stat.h>

namespace tower {
namespace {

constexpr const char *heading = "# Secrets of this tower. Keep this file private and keep a copy: what it "
                                "protects is lost without it.\n";

QString pathIn(const QString &dataDir)
{
    return QDir(dataDir).filePath(QStringLiteral("secrets.ini"));
}

/// A file that others can read is closed to them again, and said to have been open.
void tighten(QFile &file)
{
    struct stat status
    {
    };
    if (::fstat(file.handle(), &status) != 0 || (status.st_mode & 077) == 0)
        return;
    if (::fchmod(file.handle(), 0600) != 0)
        throw internalError(
            QStringLiteral("%1 is readable by others and can't be made private").arg(file.fileName()),
            "secrets_not_private");
    log::warning("secrets",
                 QStringLiteral("secrets.ini was readable by others and is private again; replace "
                                "its secrets if others may have read them"),
                 {{"path", file.fileName()}});
}

class SecretsFile final : public SecretStore
{
public:
    explicit SecretsFile(const QString &path)
        : m_path(path)
    {
        load();
    }

    [[nodiscard]] SecretSource source() const override { return SecretSource::SecretsIni; }

    [[nodiscard]] std::optional<SecretBytes> read(const QString &name) override
    {
        const auto found = m_secrets.find(name);
        if (found == m_secrets.end())
            return std::nullopt;
        return found->second.clone();
    }

    void write(const QString &name, QByteArrayView value) override
    {
        const auto previous = m_secrets.find(name);
        std::optional<SecretBytes> old;
        if (previous != m_secrets.end())
            old = std::move(previous->second);
        m_secrets[name] = SecretBytes(value.toByteArray());
        saveOrRestore(name, std::move(old));
    }

    void remove(const QString &name) override
    {
        const auto found = m_secrets.find(name);
        if (found == m_secrets.end())
            return;
        std::optional<SecretBytes> old = std::move(found->second);
        m_secrets.erase(found);
        saveOrRestore(name, std::move(old));
    }

private:
    void load()
    {
        QFile file(m_path);
        if (!file.exists())
            return;
        if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
            throw internalError(QStringLiteral("%1 can't be read: %2").arg(m_path, file.errorString()),
                                "secrets_unreadable");
        tighten(file);
        const SecretBytes content(file.readAll());
        for (const IniEntry &entry : parseIni(content.view(), m_path))
            m_secrets[QString::fromLatin1(entry.name)] = SecretBytes(entry.value.toByteArray());
    }

    void save() const
    {
        qsizetype size = qstrlen(heading);
        for (const auto &[name, value] : m_secrets)
            size += name.size() + value.view().size() + 4;
        QByteArray content;
        content.reserve(size); // so that no growing leaves copies of secrets in freed memory
        content += heading;
        for (const auto &[name, value] : m_secrets) {
            content += name.toLatin1();
            // Quoted, so that a value's own blanks and quotes survive the reading.
            content.append("=\"").append(value.view()).append("\"\n");
        }
        const SecretBytes wiped(std::move(content));
        replacePrivateFile(m_path, wiped.view());
    }

    /// What can't be kept must not look kept: memory goes back to what the file still says.
    void saveOrRestore(const QString &name, std::optional<SecretBytes> old)
    {
        try {
            save();
        } catch (const ServiceError &) {
            if (old)
                m_secrets[name] = std::move(*old);
            else
                m_secrets.erase(name);
            throw;
        }
    }

    QString m_path;
    std::map<QString, SecretBytes> m_secrets;
};

} // namespace

std::unique_ptr<SecretStore> openSecretsFile(const QString &dataDir)
{
    return std::make_unique<SecretsFile>(pathIn(dataDir));
}

std::unique_ptr<SecretStore> openSecretStore(const QString &service, const QString &dataDir)
{
    if (!QFile::exists(pathIn(dataDir))) {
        if (auto keychain = openKeychain(service))
            return keychain;
    }
    return openSecretsFile(dataDir);
}

} // namespace tower
