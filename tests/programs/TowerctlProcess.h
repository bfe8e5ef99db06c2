// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/programs/FakeApi.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

namespace tower::test {

inline const QByteArray keyHex = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d";
inline const QByteArray keyNpub = "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6";
inline const QByteArray otherHex = "82341f882b6eabcd2ba7f1ef90aad961cf074af15b9ef44a09f9d2a8fbfbe6a2";
inline const QByteArray eventId(64, 'a');

struct Ran
{
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
};

inline FakeApi::Reply json(const QJsonObject &object, int status = 200)
{
    return FakeApi::json(status, QJsonDocument(object).toJson());
}

inline QJsonObject bodyOf(const FakeApi::Request &request)
{
    return QJsonDocument::fromJson(request.body).object();
}

inline QJsonObject account(const QByteArray &pubkey, const char *notes = "")
{
    return {{"pubkey", QString(pubkey)},
            {"npub", QString(keyNpub)},
            {"level", "write"},
            {"tier", "new"},
            {"score", 12},
            {"grantedBy", "manual"},
            {"actor", "admin:token"},
            {"grantedAt", "2026-11-20T09:30:00.000Z"},
            {"revokedAt", QJsonValue::Null},
            {"expiresAt", QJsonValue::Null},
            {"notes", notes}};
}

inline QJsonObject page(const QJsonArray &items, const QJsonValue &next = QJsonValue::Null)
{
    return {{"items", items}, {"nextCursor", next}, {"total", 3}, {"totalIsExact", true}};
}

/// Runs the program in a home folder of its own, without a desktop.
class Towerctl
{
public:
    [[nodiscard]] Ran run(const QStringList &arguments,
                          const QMap<QString, QString> &variables = {{"ADMIN_TOKEN", "t0ken"}},
                          const QByteArray &input = {})
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char *name : {"ADMIN_TOKEN", "ADMIN_TOKEN_FILE", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"})
            environment.remove(name);
        environment.insert("HOME", m_home.path());
        environment.insert("XDG_DATA_HOME", m_home.filePath("data"));
        environment.insert("XDG_RUNTIME_DIR", m_home.path());
        for (auto it = variables.begin(); it != variables.end(); ++it)
            environment.insert(it.key(), it.value());
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(TOWER_BIN_DIR "/towerctl"), arguments);
        process.write(input);
        process.closeWriteChannel();
        process.waitForFinished();
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }

private:
    QTemporaryDir m_home;
};

} // namespace tower::test
