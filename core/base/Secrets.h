// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace tower {

/// Bytes that are wiped when they go out of scope. Not copyable by accident: clone() says so.
class SecretBytes
{
public:
    SecretBytes() = default;
    explicit SecretBytes(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
        m_bytes.detach();
    }
    SecretBytes(SecretBytes &&other) noexcept;
    SecretBytes &operator=(SecretBytes &&other) noexcept;
    SecretBytes(const SecretBytes &) = delete;
    SecretBytes &operator=(const SecretBytes &) = delete;
    ~SecretBytes() { wipe(); }

    [[nodiscard]] QByteArrayView view() const { return m_bytes; }
    [[nodiscard]] bool isEmpty() const { return m_bytes.isEmpty(); }
    [[nodiscard]] SecretBytes clone() const;
    /// Constant-time comparison (of SHA-256 digests, so lengths do not show either). An empty secret equals
    /// nothing, so that an absent one opens no door.
    [[nodiscard]] bool equals(QByteArrayView other) const;
    void wipe();

private:
    QByteArray m_bytes;
};

enum class Secret {
    TimmyNostrNsec,
    TimmyTokenSecret,
    AdminToken,
    RelayPolicySecret,
    LnbitsApiKey,
    AnthropicApiKey,
    DoApiToken,
    TailscaleApiKey,
    DataKey, ///< AES-256 key of what is encrypted in the database
    Count
};

enum class SecretSource { Absent, Environment, File, Keychain, SecretsIni, Generated };

struct SecretSpec
{
    Secret secret;
    const char *name;    ///< environment variable; NAME_FILE names a file that holds it
    bool generated;      ///< made by generateMissing() when it is nowhere
    qsizetype minimum;   ///< characters that it has at least
    const char *meaning; ///< one line
};

/// A place that keeps secrets across starts: the desktop's keychain, or secrets.ini (0600) without one.
class SecretStore
{
public:
    virtual ~SecretStore() = default;
    [[nodiscard]] virtual SecretSource source() const = 0;
    [[nodiscard]] virtual std::optional<SecretBytes> read(const QString &name) = 0;
    /// Throws ServiceError when it can't be kept.
    virtual void write(const QString &name, QByteArrayView value) = 0;
    virtual void remove(const QString &name) = 0;
};

/// QtKeychain, one entry per secret under `service`. Needs a QCoreApplication; always the same thread.
/// Synchronous (a local event loop with a 5 s limit): used at start and by rare commands only.
/// nullptr where no keychain works, judged by a write, since reads say "not found" without one.
std::unique_ptr<SecretStore> openKeychain(const QString &service);
/// secrets.ini in the data folder, mode 0600.
std::unique_ptr<SecretStore> openSecretsFile(const QString &dataDir);
/// The store of a data folder: its secrets.ini where there is one (what was begun without a keychain goes on
/// so), else the keychain, else a new secrets.ini.
std::unique_ptr<SecretStore> openSecretStore(const QString &service, const QString &dataDir);

/// The secrets of this start, looked up once: environment NAME, file NAME_FILE, the store. What is nowhere
/// stays absent until generateMissing() or set(); nothing is made anew by looking. Core thread.
class Secrets
{
public:
    using OpenStore = std::function<std::unique_ptr<SecretStore>()>;

    /// `openStore` is called once, when the first secret is wanted that the environment does not give.
    /// An empty NAME or NAME_FILE counts as not set.
    /// Throws ServiceError: a NAME_FILE that can't be read, a value that is too short or holds a control
    /// character, a TOWER_DATA_KEY that is not 64 hex digits, a store that fails. That an nsec is one is the
    /// caller's to check (base knows no NIP-19).
    Secrets(const QProcessEnvironment &environment, OpenStore openStore);

    /// Makes and keeps each absent secret that the catalogue says is generated, if `mayGenerate` allows it.
    /// It does not for one that the database knows: then ServiceError "secret_missing" names all such, says
    /// what to do, and nothing at all is made.
    void generateMissing(const std::function<bool(Secret)> &mayGenerate);
    [[nodiscard]] bool isMissing(Secret secret) const { return !isSet(secret); }

    [[nodiscard]] const SecretBytes &value(Secret secret) const;
    [[nodiscard]] SecretSource source(Secret secret) const;
    [[nodiscard]] bool isSet(Secret secret) const { return !value(secret).isEmpty(); }
    [[nodiscard]] bool isFixed(Secret secret) const; ///< by environment or file: it can't be rotated here
    /// The store that keeps what is not in the environment.
    [[nodiscard]] SecretSource storeSource() const;

    /// Makes a new random value, keeps it, and makes it effective. Conflict when fixed, when it is not one
    /// that is generated, and for the data key (what it encrypted would be lost).
    void rotate(Secret secret);
    /// Keeps and makes effective what the operator typed; an empty value forgets it. Conflict when fixed.
    void set(Secret secret, SecretBytes value);

    /// Hex of the first 8 bytes of SHA-256 over "timmy-tower fingerprint" + name + value: what the database
    /// remembers of a secret once used (store/Fingerprints decides what a difference means).
    [[nodiscard]] QByteArray fingerprint(Secret secret) const;
    [[nodiscard]] static QByteArray fingerprintOf(Secret secret, QByteArrayView value);
    /// Secrets that this start generated (the caller warns about them in words).
    [[nodiscard]] const std::vector<Secret> &generated() const { return m_generated; }

    static const std::vector<SecretSpec> &catalogue();
    static const SecretSpec &spec(Secret secret);
    static QString sourceName(SecretSource source);

private:
    struct Entry
    {
        SecretBytes value;
        SecretSource source = SecretSource::Absent;
    };

    [[nodiscard]] Entry &entry(Secret secret) { return m_entries[static_cast<std::size_t>(secret)]; }
    [[nodiscard]] const Entry &entry(Secret secret) const;
    SecretStore &store();
    void refuseFixed(Secret secret) const;
    void keep(Secret secret, SecretBytes value, SecretSource source);

    OpenStore m_openStore;
    std::unique_ptr<SecretStore> m_store;
    std::vector<Entry> m_entries;
    std::vector<Secret> m_generated;
};

/// 32 bytes from the system's generator (OpenSSL RAND_bytes), as hex.
SecretBytes randomSecretHex();

/// Overwrites and removes the secrets in this process's environment, once they are looked up, so that child
/// processes and /proc do not show them. Before other threads run.
void wipeSecretsFromEnvironment();

} // namespace tower
