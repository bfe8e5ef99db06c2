// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/DigitalOcean.h"
#include "tests/lightning/Awaited.h"
#include "tests/peers/DigitalOceanPeer.h"

#include <QTemporaryDir>
#include <QTimer>

#include <memory>
#include <vector>

namespace tower::test {

/// JSON, written with ' for ": moc does not read every raw string.
inline QByteArray quoted(QByteArray text)
{
    return text.replace('\'', '"');
}

inline QProcessEnvironment environmentWith(const QString &name, const QString &value)
{
    QProcessEnvironment out;
    out.insert(name, value);
    return out;
}

/// A key of that number, well-formed.
inline QByteArray publicKeyOf(char number)
{
    const QByteArray algorithm = "ssh-ed25519";
    const QByteArray blob =
        QByteArray("\0\0\0\x0b", 4) + algorithm + QByteArray("\0\0\0\x20", 4) + QByteArray(32, number);
    return algorithm + ' ' + blob.toBase64();
}

inline QCoro::Task<bool> done(QCoro::Task<void> task)
{
    co_await task;
    co_return true;
}

/// What a person is told when a task fails.
template <class T>
QCoro::Task<QString> messageOfTask(QCoro::Task<T> task)
{
    QString message;
    try {
        co_await task;
    } catch (const ServiceError &error) {
        message = error.message();
    }
    co_return message;
}
template <class T>
QString messageOf(QCoro::Task<T> &&task)
{
    return ended(messageOfTask(std::move(task))).value.value();
}

/// DigitalOcean's client against the stand-in; waits take no time, and are noted.
struct DigitalOceanHouse
{
    DigitalOceanHouse()
    {
        settings.setSaved(Setting::DoApiUrl, peer.url());
        cloud = std::make_unique<DigitalOcean>(settings, secrets, [this](Millis duration) {
            waits.push_back(duration.value());
            const Later<bool> later;
            QTimer::singleShot(0, qApp, [later] { later.give(true); });
            return later;
        });
        cloud->setPatience(Millis(5'000));
    }

    static DropletOrder order(const QString &tag)
    {
        DropletOrder out;
        out.name = tag;
        out.region = QStringLiteral("nyc3");
        out.size = QStringLiteral("s-4vcpu-8gb");
        out.image = QStringLiteral("debian-12-x64");
        out.tags = {tag, commonNodeTag};
        out.userData = "#!/bin/bash\necho hello\n";
        return out;
    }
    /// An order whose key is on the account.
    DropletOrder orderWithKey(const QString &tag)
    {
        DropletOrder out = order(tag);
        out.keyId = QString::number(peer.addKey(tag, QString::fromLatin1(publicKeyOf(1))));
        return out;
    }

    ManualClock clock{days(20'000)};
    DigitalOceanPeer peer{clock};
    Settings settings;
    QTemporaryDir dir;
    Secrets secrets{environmentWith(QStringLiteral("DO_API_TOKEN"), DigitalOceanPeer::token()),
                    [this] { return openSecretsFile(dir.path()); }};
    std::vector<std::int64_t> waits;
    std::unique_ptr<DigitalOcean> cloud;
};

} // namespace tower::test
