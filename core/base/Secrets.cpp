// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Secrets.h"

#include "core/base/Error.h"

#include <QCryptographicHash>
#include <QFile>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace tower {
namespace {

constexpr qint64 largestSecretFile = 64 * 1024;

constexpr std::array table{
    SecretSpec{Secret::TimmyNostrNsec, "TIMMY_NOSTR_NSEC", false, 1,
               "Timmy's private Nostr key, nsec or hex; an identity is generated when it is nowhere"},
    SecretSpec{Secret::TimmyTokenSecret, "TIMMY_TOKEN_SECRET", true, 32,
               "signs identity tokens and session macaroons"},
    SecretSpec{Secret::AdminToken, "ADMIN_TOKEN", true, 1, "bearer token of the admin API"},
    SecretSpec{Secret::RelayPolicySecret, "RELAY_POLICY_SECRET", true, 1,
               "bearer secret of the policy endpoint"},
    SecretSpec{Secret::LnbitsApiKey, "LNBITS_API_KEY", false, 1,
               "key of the LNbits wallet; without it and LNBITS_URL the wallet is simulated"},
    SecretSpec{Secret::AnthropicApiKey, "ANTHROPIC_API_KEY", false, 1,
               "key of the agent's API; without it the agent is simulated"},
    SecretSpec{Secret::DoApiToken, "DO_API_TOKEN", false, 1,
               "token of the cloud's API; without it the cloud is simulated"},
    SecretSpec{Secret::TailscaleApiKey, "TAILSCALE_API_KEY", false, 1,
               "key of Tailscale's API; nodes join the tailnet when it is set"},
    SecretSpec{Secret::DataKey, "TOWER_DATA_KEY", true, 64,
               "AES-256 key, as 64 hex digits, of what is encrypted in the database"},
};

consteval bool inOrderOfTheEnum()
{
    if (table.size() != static_cast<std::size_t>(Secret::Count))
        return false;
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (static_cast<std::size_t>(table[i].secret) != i)
            return false;
    }
    return true;
}
static_assert(inOrderOfTheEnum(), "the catalogue lists every Secret once, in the enum's order");

QString nameOf(Secret secret)
{
    return QString::fromLatin1(Secrets::spec(secret).name);
}

QByteArray sha256(QByteArrayView bytes)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(bytes);
    return hash.result();
}

[[noreturn]] void refuse(const SecretSpec &spec, const QString &what)
{
    throw badRequest(spec.name, QStringLiteral("%1 %2").arg(QLatin1String(spec.name), what),
                     "invalid_secret");
}

/// The shape that any secret has; says what is wrong without showing it.
void checkShape(const SecretSpec &spec, QByteArrayView value)
{
    const bool hasControl =
        std::any_of(value.begin(), value.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
    if (hasControl)
        refuse(spec, QStringLiteral("holds a line break or another control character"));
    if (spec.secret == Secret::DataKey) {
        const bool isHex = std::all_of(value.begin(), value.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        });
        if (!isHex || value.size() != spec.minimum)
            refuse(spec, QStringLiteral("is not 64 hex digits"));
    }
    if (value.size() < spec.minimum)
        refuse(
            spec,
            QStringLiteral("has %1 characters; at least %2 are needed").arg(value.size()).arg(spec.minimum));
}

SecretBytes readSecretFile(const SecretSpec &spec, const QString &path)
{
    const QString variable = QString::fromLatin1(spec.name) + QStringLiteral("_FILE");
    const auto fail = [&](const QString &why) -> ServiceError {
        return badRequest(variable.toLatin1(), QStringLiteral("%1=%2: %3").arg(variable, path, why),
                          "secret_file_unreadable");
    };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        throw fail(file.errorString());
    QByteArray content = file.read(largestSecretFile + 1);
    if (file.error() != QFileDevice::NoError)
        throw fail(file.errorString());
    if (content.endsWith('\n'))
        content.chop(1);
    if (content.endsWith('\r'))
        content.chop(1);
    SecretBytes secret(std::move(content));
    if (secret.isEmpty())
        throw fail(QStringLiteral("the file is empty"));
    if (secret.view().size() > largestSecretFile)
        throw fail(QStringLiteral("the file is too large for a secret"));
    return secret;
}

} // namespace

SecretBytes::SecretBytes(SecretBytes &&other) noexcept
    : m_bytes(std::move(other.m_bytes))
{
}

SecretBytes &SecretBytes::operator=(SecretBytes &&other) noexcept
{
    if (this != &other) {
        wipe();
        m_bytes.swap(other.m_bytes);
    }
    return *this;
}

SecretBytes SecretBytes::clone() const
{
    return SecretBytes(QByteArray(m_bytes.constData(), m_bytes.size()));
}

bool SecretBytes::equals(QByteArrayView other) const
{
    if (isEmpty())
        return false;
    const QByteArray mine = sha256(m_bytes);
    const QByteArray theirs = sha256(other);
    return CRYPTO_memcmp(mine.constData(), theirs.constData(), static_cast<size_t>(mine.size())) == 0;
}

void SecretBytes::wipe()
{
    if (!m_bytes.isEmpty())
        OPENSSL_cleanse(m_bytes.data(), static_cast<size_t>(m_bytes.size()));
    m_bytes.clear();
}

Secrets::Secrets(const QProcessEnvironment &environment, OpenStore openStore)
    : m_openStore(std::move(openStore))
    , m_entries(table.size())
{
    for (const SecretSpec &spec : table) {
        const QString name = QString::fromLatin1(spec.name);
        const QString path = environment.value(name + QStringLiteral("_FILE"));
        if (QString given = environment.value(name); !given.isEmpty()) {
            entry(spec.secret) = {SecretBytes(given.toUtf8()), SecretSource::Environment};
        } else if (!path.isEmpty()) {
            entry(spec.secret) = {readSecretFile(spec, path), SecretSource::File};
        } else if (auto kept = store().read(name)) {
            entry(spec.secret) = {std::move(*kept), store().source()};
        }
        if (isSet(spec.secret))
            checkShape(spec, value(spec.secret).view());
    }
}

SecretStore &Secrets::store()
{
    if (!m_store) {
        m_store = m_openStore ? m_openStore() : nullptr;
        if (!m_store)
            throw unavailable(QStringLiteral("there is no place to keep secrets"), "no_secret_store");
    }
    return *m_store;
}

const Secrets::Entry &Secrets::entry(Secret secret) const
{
    return m_entries[static_cast<std::size_t>(secret)];
}

void Secrets::generateMissing(const std::function<bool(Secret)> &mayGenerate)
{
    std::vector<Secret> toMake;
    QStringList lost;
    for (const SecretSpec &spec : table) {
        if (!spec.generated || isSet(spec.secret))
            continue;
        if (mayGenerate(spec.secret))
            toMake.push_back(spec.secret);
        else
            lost.append(QString::fromLatin1(spec.name));
    }
    if (!lost.isEmpty())
        throw unavailable(QStringLiteral("%1 was used with this data folder before and is now neither in the "
                                         "environment nor in the %2. Give it back: unlock the keychain that "
                                         "holds it, restore secrets.ini, or set NAME or NAME_FILE in the "
                                         "environment")
                              .arg(lost.join(QStringLiteral(", ")), sourceName(store().source())),
                          "secret_missing");
    for (const Secret secret : toMake) {
        keep(secret, randomSecretHex(), SecretSource::Generated);
        m_generated.push_back(secret);
    }
}

const SecretBytes &Secrets::value(Secret secret) const
{
    return entry(secret).value;
}

SecretSource Secrets::source(Secret secret) const
{
    return entry(secret).source;
}

bool Secrets::isFixed(Secret secret) const
{
    return source(secret) == SecretSource::Environment || source(secret) == SecretSource::File;
}

SecretSource Secrets::storeSource() const
{
    return m_store ? m_store->source() : SecretSource::Absent;
}

void Secrets::refuseFixed(Secret secret) const
{
    if (isFixed(secret))
        throw ServiceError(ErrorKind::Conflict, "secret_fixed",
                           QStringLiteral("%1 is fixed by the %2 and can't be changed here")
                               .arg(nameOf(secret), sourceName(source(secret))),
                           spec(secret).name);
}

void Secrets::keep(Secret secret, SecretBytes value, SecretSource source)
{
    checkShape(spec(secret), value.view());
    store().write(nameOf(secret), value.view());
    entry(secret) = {std::move(value), source};
}

void Secrets::rotate(Secret secret)
{
    refuseFixed(secret);
    if (!spec(secret).generated || secret == Secret::DataKey)
        throw conflict(QStringLiteral("%1 can't be replaced by a random value").arg(nameOf(secret)),
                       "secret_not_rotatable");
    keep(secret, randomSecretHex(), store().source());
}

void Secrets::set(Secret secret, SecretBytes value)
{
    refuseFixed(secret);
    if (!value.isEmpty()) {
        keep(secret, std::move(value), store().source());
        return;
    }
    store().remove(nameOf(secret));
    entry(secret) = {};
}

QByteArray Secrets::fingerprint(Secret secret) const
{
    return fingerprintOf(secret, value(secret).view());
}

QByteArray Secrets::fingerprintOf(Secret secret, QByteArrayView value)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData("timmy-tower fingerprint");
    hash.addData(spec(secret).name);
    hash.addData(value);
    return hash.result().first(8).toHex();
}

const std::vector<SecretSpec> &Secrets::catalogue()
{
    static const std::vector<SecretSpec> specs(table.begin(), table.end());
    return specs;
}

const SecretSpec &Secrets::spec(Secret secret)
{
    return table[static_cast<std::size_t>(secret)];
}

QString Secrets::sourceName(SecretSource source)
{
    switch (source) {
    case SecretSource::Absent:
        return QStringLiteral("not set");
    case SecretSource::Environment:
        return QStringLiteral("environment");
    case SecretSource::File:
        return QStringLiteral("file");
    case SecretSource::Keychain:
        return QStringLiteral("keychain");
    case SecretSource::SecretsIni:
        return QStringLiteral("secrets.ini");
    case SecretSource::Generated:
        return QStringLiteral("generated");
    }
    Q_UNREACHABLE();
}

SecretBytes randomSecretHex()
{
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw internalError(QStringLiteral("the system's random generator failed"), "no_randomness");
    SecretBytes hex(
        QByteArray::fromRawData(reinterpret_cast<const char *>(bytes.data()), bytes.size()).toHex());
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return hex;
}

void wipeSecretsFromEnvironment()
{
    for (const SecretSpec &spec : table) {
        char *value = std::getenv(spec.name);
        if (!value)
            continue;
        OPENSSL_cleanse(value, std::strlen(value));
        qunsetenv(spec.name);
    }
}

} // namespace tower
