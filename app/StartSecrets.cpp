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
        throw ServiceError(ErrorKind::BadRequest, "invalid_secret", QStringLiteral("TIMMY_NOSTR_NSEC is neither an nsec nor 64 hex digits of a private key."), "TIMMY_NOSTR_NSEC");
    return key->pubKey().hex();
}

/// The data key encrypts nothing at the start: it is remembered when it first does.
bool usedAtStart(Secret secret)
{
    return secret != Secret::DataKey;
}

class Settling
{
public:
    Settling(Secrets &secrets, Database &database, const Clock &clock, Activity &activity, const QStringList &accepted)
        : m_secrets(secrets), m_database(database), m_clock(clock), m_activity(activity), m_accepted(accepted), m_fingerprints(database)
    {
    }

    [[nodiscard]] bool isAccepted(Secret secret) const { return m_accepted.contains(nameOf(secret)); }
    [[nodiscard]] bool mayMake(Secret secret)
    {
        return isAccepted(secret) || !m_fingerprints.isKnown(nameOf(secret));
    }

    /// A secret without which this database would be another tower's.
    void refuseMissing()
    {
        for (const SecretSpec &spec : Secrets::catalogue()) {
            if (m_secrets.isSet(spec.secret) || isAccepted(spec.secret) || !m_fingerprints.isKnown(nameOf(spec.secret)))
                continue;
            throw conflict(QStringLiteral("%1 was used with this database before and is missing now. Bring it back (environment, %1_FILE, keychain "
                                          "or secrets.ini in the data folder), or start once with --accept-secret-change %1.").arg(nameOf(spec.secret)),
                           "secret_missing");
        }
    }

    void compareAndRemember()
    {
        for (const SecretSpec &spec : Secrets::catalogue()) {
            if (!m_secrets.isSet(spec.secret) || !usedAtStart(spec.secret))
                continue;
            const QString name = nameOf(spec.secret);
            const QByteArray fingerprint = fingerprintOf(m_secrets, spec.secret);
            const Fingerprints::Match match = m_fingerprints.check(name, fingerprint);
            if (match == Fingerprints::Match::Same)
                continue;
            if (match == Fingerprints::Match::Different && !isAccepted(spec.secret)) {
                throw conflict(QStringLiteral("%1 is not the one that this database was used with. Bring the old one back, or, if the change is "
                                              "meant, start once with --accept-secret-change %1.").arg(name),
                               "secret_changed");
            }
            Transaction transaction(m_database);
            m_fingerprints.remember(transaction, name, fingerprint, m_clock.now());
            if (match == Fingerprints::Match::Different) {
                m_activity.record(transaction, {QStringLiteral("admin:command-line"), QStringLiteral("secret.change"), name,
                                                QStringLiteral("accepted at start"), {}, {}});
            }
            transaction.commit();
        }
    }

private:
    Secrets &m_secrets;
    Database &m_database;
    const Clock &m_clock;
    Activity &m_activity;
    const QStringList &m_accepted;
    Fingerprints m_fingerprints;
};

} // namespace

StartIdentity settleSecrets(Secrets &secrets, const Settings &settings, Database &database, const Clock &clock,
                            Activity &activity, const QStringList &acceptedChanges)
{
    Settling settling(secrets, database, clock, activity, acceptedChanges);
    const bool ephemeral = settings.flag(Setting::TimmyNostrEphemeral) && !secrets.isSet(Secret::TimmyNostrNsec);
    StartIdentity out;
    if (!ephemeral)
        settling.refuseMissing();
    if (!ephemeral && secrets.isMissing(Secret::TimmyNostrNsec) && settling.mayMake(Secret::TimmyNostrNsec)) {
        const SecretKey key = SecretKey::generate();
        secrets.set(Secret::TimmyNostrNsec, SecretBytes(QByteArray(reinterpret_cast<const char *>(key.bytes().data()), 32).toHex()));
        log::warning("identity", QStringLiteral("generated Timmy's key; keep a backup of it"),
                     {{"npub", QString::fromLatin1(toNpub(key.pubKey()))}, {"kept_in", Secrets::sourceName(secrets.storeSource())}});
    }
    secrets.generateMissing([&](Secret secret) { return settling.mayMake(secret); });
    for (const Secret secret : secrets.generated())
        log::warning("secrets", QStringLiteral("generated"), {{"name", nameOf(secret)}, {"kept_in", Secrets::sourceName(secrets.storeSource())}});
    settling.compareAndRemember();

    if (ephemeral) {
        out.pubkey = SecretKey::generate().pubKey();
        out.ephemeral = true;
        log::warning("identity", QStringLiteral("this identity is thrown away at exit (TIMMY_NOSTR_EPHEMERAL=1)"),
                     {{"npub", QString::fromLatin1(toNpub(out.pubkey))}});
        return out;
    }
    out.pubkey = SecretKey::fromText(secrets.value(Secret::TimmyNostrNsec).view())->pubKey();
    return out;
}

void rotateSecret(Secrets &secrets, Secret secret, Database &database, const Clock &clock, Activity &activity, const QString &actor)
{
    secrets.rotate(secret);
    Transaction transaction(database);
    Fingerprints(database).remember(transaction, nameOf(secret), fingerprintOf(secrets, secret), clock.now());
    activity.record(transaction, {actor, QStringLiteral("secret.rotate"), nameOf(secret), {}, {}, {}});
    transaction.commit();
}

} // namespace tower
