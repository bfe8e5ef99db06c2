// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/StartSecrets.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"
#include "core/store/Fingerprints.h"

namespace tower {

namespace {

QString nameOf(Secret secret)
{
    return QString::fromLatin1(Secrets::spec(secret).name);
}

/// The nsec is known by its public key, so that its hex and its nsec form are the same secret.
QByteArray fingerprintOf(const Secrets &secrets, Secret secret)
{
    if (secret != Secret::TimmyNostrNsec)
        return secrets.fingerprint(secret);
    const auto key = SecretKey::fromText(secrets.value(secret).view());
    if (!key)
        throw ServiceError(
            ErrorKind::BadRequest, "invalid_secret",
            QStringLiteral("TIMMY_NOSTR_NSEC is neither an nsec nor 64 hex digits of a private key."),
            "TIMMY_NOSTR_NSEC");
    return key->pubKey().hex();
}

/// Under this name the fingerprint of a secret stands that is about to replace another: whichever of the two
/// a crash leaves in the store, the next start knows it.
QString nextName(Secret secret)
{
    return nameOf(secret) + QStringLiteral("#next");
}

/// Holds the secrets of this start against what the database remembers. Nothing is written before all that
/// could refuse the start has been looked at.
class Settling
{
public:
    Settling(Secrets &secrets, Database &database, const QStringList &accepted)
        : m_secrets(secrets)
        , m_fingerprints(database)
        , m_database(database)
        , m_accepted(accepted)
    {
    }

    [[nodiscard]] bool isAccepted(Secret secret) const { return m_accepted.contains(nameOf(secret)); }
    [[nodiscard]] bool mayMake(Secret secret)
    {
        return isAccepted(secret) || !m_fingerprints.isKnown(nameOf(secret));
    }

    /// Throws "secret_missing" or "secret_changed".
    void refuse(bool ephemeral)
    {
        for (const SecretSpec &spec : Secrets::catalogue()) {
            if (isAccepted(spec.secret) || (ephemeral && spec.secret == Secret::TimmyNostrNsec))
                continue;
            const QString name = nameOf(spec.secret);
            if (!m_secrets.isSet(spec.secret)) {
                if (m_fingerprints.isKnown(name))
                    throw missing(name);
            } else if (isUsed(spec.secret) && isDifferent(spec.secret)) {
                throw conflict(
                    QStringLiteral("%1 is not the one that this database was used with. Bring the old one "
                                   "back, or, if the change is meant, start once with "
                                   "--accept-secret-change %1.")
                        .arg(name),
                    "secret_changed");
            }
        }
    }

    /// What serves from now on, in one transaction.
    void remember(const Clock &clock, Activity &activity)
    {
        Transaction transaction(m_database);
        for (const SecretSpec &spec : Secrets::catalogue()) {
            const QString name = nameOf(spec.secret);
            const bool used = m_secrets.isSet(spec.secret) && isUsed(spec.secret);
            const bool changed =
                used ? isDifferent(spec.secret) : isAccepted(spec.secret) && m_fingerprints.isKnown(name);
            if (used)
                m_fingerprints.remember(transaction, name, fingerprintOf(m_secrets, spec.secret),
                                        clock.now());
            else if (changed)
                m_fingerprints.forget(transaction, name);
            m_fingerprints.forget(transaction, nextName(spec.secret));
            if (changed) {
                activity.record(transaction, {QStringLiteral("admin:command-line"),
                                              QStringLiteral("secret.change"),
                                              name,
                                              QStringLiteral("accepted at start"),
                                              {},
                                              {}});
            }
        }
        transaction.commit();
    }

private:
    using Match = Fingerprints::Match;

    static ServiceError missing(const QString &name)
    {
        return conflict(
            QStringLiteral("%1 was used with this database before and is missing now. Bring it back "
                           "(environment, %1_FILE, keychain or secrets.ini in the data folder), or start "
                           "once with --accept-secret-change %1.")
                .arg(name),
            "secret_missing");
    }

    /// The data key is not as long as nothing was encrypted with it: it is remembered when that first
    /// happens.
    bool isUsed(Secret secret) { return secret != Secret::DataKey || m_fingerprints.isKnown(nameOf(secret)); }

    bool isDifferent(Secret secret)
    {
        const QByteArray fingerprint = fingerprintOf(m_secrets, secret);
        return m_fingerprints.check(nameOf(secret), fingerprint) == Match::Different &&
               m_fingerprints.check(nextName(secret), fingerprint) != Match::Same;
    }

    Secrets &m_secrets;
    Fingerprints m_fingerprints;
    Database &m_database;
    const QStringList &m_accepted;
};

void warnOfNewKey(const PubKey &key, const QString &keptIn)
{
    log::warning("identity", QStringLiteral("generated Timmy's key; keep a backup of it"),
                 {{"npub", QString::fromLatin1(toNpub(key))}, {"kept_in", keptIn}});
}

struct Replacement
{
    Secret secret;
    SecretBytes value;
    QByteArray fingerprint;
};

void replace(Secrets &secrets, Replacement by, Database &database, const Clock &clock, Activity &activity,
             const ActivityEntry &entry)
{
    const QString name = nameOf(by.secret);
    if (secrets.isFixed(by.secret))
        throw conflict(QStringLiteral("%1 is set by the environment or a file: change it there.").arg(name),
                       "secret_fixed");
    Fingerprints fingerprints(database);
    {
        Transaction transaction(database);
        fingerprints.remember(transaction, nextName(by.secret), by.fingerprint, clock.now());
        transaction.commit();
    }
    secrets.set(by.secret, std::move(by.value));
    Transaction transaction(database);
    fingerprints.remember(transaction, name, by.fingerprint, clock.now());
    fingerprints.forget(transaction, nextName(by.secret));
    activity.record(transaction, entry);
    transaction.commit();
}

} // namespace

void checkTimmyKey(const Secrets &secrets)
{
    if (secrets.isSet(Secret::TimmyNostrNsec))
        static_cast<void>(fingerprintOf(secrets, Secret::TimmyNostrNsec));
}

TimmyIdentity settleSecrets(Secrets &secrets, const Settings &settings, Database &database,
                            const Clock &clock, Activity &activity, const QStringList &acceptedChanges)
{
    const bool ephemeral =
        settings.flag(Setting::TimmyNostrEphemeral) && !secrets.isSet(Secret::TimmyNostrNsec);
    Settling settling(secrets, database, acceptedChanges);
    settling.refuse(ephemeral);
    if (!ephemeral && secrets.isMissing(Secret::TimmyNostrNsec)) {
        const SecretKey key = SecretKey::generate();
        secrets.set(Secret::TimmyNostrNsec,
                    SecretBytes(QByteArray(reinterpret_cast<const char *>(key.bytes().data()), 32).toHex()));
        warnOfNewKey(key.pubKey(), Secrets::sourceName(secrets.storeSource()));
    }
    secrets.generateMissing([&](Secret secret) { return settling.mayMake(secret); });
    for (const Secret secret : secrets.generated()) {
        log::warning("secrets", QStringLiteral("generated"),
                     {{"name", nameOf(secret)}, {"kept_in", Secrets::sourceName(secrets.storeSource())}});
    }
    settling.remember(clock, activity);

    if (!ephemeral)
        return TimmyIdentity(*SecretKey::fromText(secrets.value(Secret::TimmyNostrNsec).view()));
    TimmyIdentity throwAway(SecretKey::generate());
    log::warning("identity", QStringLiteral("this identity is thrown away at exit (TIMMY_NOSTR_EPHEMERAL=1)"),
                 {{"npub", QString::fromLatin1(throwAway.npub())}});
    return throwAway;
}

void rotateSecret(Secrets &secrets, Secret secret, Database &database, const Clock &clock, Activity &activity,
                  const QString &actor)
{
    SecretBytes value = randomSecretHex();
    const QByteArray fingerprint = Secrets::fingerprintOf(secret, value.view());
    replace(secrets, {secret, std::move(value), fingerprint}, database, clock, activity,
            {actor, QStringLiteral("secret.rotate"), nameOf(secret), {}, {}, {}});
}

PubKey replaceTimmyKey(Secrets &secrets, const SecretBytes &key, Database &database, const Clock &clock,
                       Activity &activity, const QString &actor)
{
    const std::optional<SecretKey> read = SecretKey::fromText(key.view());
    if (!read)
        throw badRequest("nsec",
                         QStringLiteral("This is neither an nsec nor 64 hex digits of a private key."));
    const PubKey owner = read->pubKey();
    constexpr Secret secret = Secret::TimmyNostrNsec;
    replace(secrets, {secret, key.clone(), owner.hex()}, database, clock, activity,
            {actor,
             QStringLiteral("secret.change"),
             nameOf(secret),
             QStringLiteral("imported"),
             {},
             QJsonObject{{QStringLiteral("pubkey"), owner.text()}}});
    log::warning("identity", QStringLiteral("another key was imported; it is Timmy's from the next start"),
                 {{"npub", QString::fromLatin1(toNpub(owner))}});
    return owner;
}

} // namespace tower
