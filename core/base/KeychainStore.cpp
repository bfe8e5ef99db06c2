// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The desktop's keychain (Secret Service, KWallet, ...) through QtKeychain.
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/base/Secrets.h"

#include <QEventLoop>
#include <QFileInfo>
#include <QTimer>

#include <qt6keychain/keychain.h>

namespace tower {
namespace {

constexpr int jobLimitMs = 5000;

struct JobResult
{
    QKeychain::Error error = QKeychain::OtherError;
    QString reason = QStringLiteral("the keychain did not answer in time");
    SecretBytes value;
};

/// Runs the job to its end, or for five seconds. The job deletes itself after it ends, so a late one does no
/// harm; nothing here is left for it to call.
JobResult run(QKeychain::Job *job)
{
    JobResult result;
    QEventLoop loop;
    QObject::connect(job, &QKeychain::Job::finished, &loop, [&](QKeychain::Job *done) {
        result.error = done->error();
        result.reason = done->errorString();
        if (auto *read = qobject_cast<QKeychain::ReadPasswordJob *>(done); read && !done->error())
            result.value = SecretBytes(read->textData().toUtf8());
        loop.quit();
    });
    QTimer::singleShot(jobLimitMs, &loop, &QEventLoop::quit);
    job->start();
    loop.exec(QEventLoop::ExcludeUserInputEvents);
    return result;
}

/// Without a bus the libraries below would try to start one, which may hang.
bool hasSessionBus()
{
#if defined(Q_OS_UNIX) && !defined(Q_OS_DARWIN)
    const QByteArray address = qgetenv("DBUS_SESSION_BUS_ADDRESS");
    if (!address.isEmpty())
        return !address.startsWith("disabled:");
    const QString runtimeDir = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return !runtimeDir.isEmpty() && QFileInfo::exists(runtimeDir + QStringLiteral("/bus"));
#else
    return true;
#endif
}

class KeychainStore final : public SecretStore
{
public:
    explicit KeychainStore(const QString &service)
        : m_service(service)
    {
    }

    [[nodiscard]] SecretSource source() const override { return SecretSource::Keychain; }

    [[nodiscard]] std::optional<SecretBytes> read(const QString &name) override
    {
        JobResult result = run(prepare(new QKeychain::ReadPasswordJob(m_service), name));
        if (result.error == QKeychain::EntryNotFound)
            return std::nullopt;
        if (result.error != QKeychain::NoError)
            fail(name, QStringLiteral("read from"), result);
        return std::move(result.value);
    }

    void write(const QString &name, QByteArrayView value) override
    {
        auto *job = new QKeychain::WritePasswordJob(m_service);
        job->setTextData(QString::fromUtf8(value));
        const JobResult result = run(prepare(job, name));
        if (result.error != QKeychain::NoError)
            fail(name, QStringLiteral("kept in"), result);
    }

    void remove(const QString &name) override
    {
        const JobResult result = run(prepare(new QKeychain::DeletePasswordJob(m_service), name));
        if (result.error != QKeychain::NoError && result.error != QKeychain::EntryNotFound)
            fail(name, QStringLiteral("removed from"), result);
    }

private:
    static QKeychain::Job *prepare(QKeychain::Job *job, const QString &name)
    {
        job->setInsecureFallback(false);
        job->setKey(name);
        return job;
    }

    [[noreturn]] static void fail(const QString &name, const QString &what, const JobResult &result)
    {
        throw unavailable(QStringLiteral("%1 can't be %2 the keychain: %3").arg(name, what, result.reason),
                          "keychain_failed");
    }

    QString m_service;
};

} // namespace

std::unique_ptr<SecretStore> openKeychain(const QString &service)
{
    if (!hasSessionBus())
        return nullptr;
    auto keychain = std::make_unique<KeychainStore>(service);
    try {
        const QString probe = QStringLiteral("probe");
        keychain->write(probe, "works");
        keychain->remove(probe);
    } catch (const ServiceError &e) {
        log::info("secrets", QStringLiteral("no keychain works here"), {{"reason", e.message()}});
        return nullptr;
    }
    return keychain;
}

} // namespace tower
