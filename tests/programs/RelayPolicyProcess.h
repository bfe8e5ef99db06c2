// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "tests/programs/FakeApi.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

namespace tower::test {

inline constexpr auto unavailable = "error: policy service unavailable";

inline SecretKey keyNumber(char n)
{
    return std::move(*SecretKey::fromBytes(QByteArray(31, '\0') + n));
}

inline Event makeEvent(const SecretKey &author, int kind, const QByteArray &content,
                       std::vector<std::vector<QByteArray>> tags = {})
{
    Event event;
    event.pubkey = author.pubKey();
    event.createdAt = 1'700'000'000;
    event.kind = kind;
    event.tags = std::move(tags);
    event.content = content;
    event.id = event.computedId();
    event.signature = author.sign(event.id.bytes(), {});
    return event;
}

inline QByteArray policyLine(const QByteArray &event, const QByteArray &address = "127.0.0.1")
{
    return R"({"type":"new","event":)" + event +
           R"(,"receivedAt":1700000001,"sourceType":"IP4","sourceInfo":")" + address + R"("})";
}

inline QByteArray idOf(const FakeApi::Request &request)
{
    return QJsonDocument::fromJson(request.body)["event"]["id"].toString().toUtf8();
}

inline QByteArray answerJson(const QByteArray &id, const QByteArray &action, const QByteArray &more = {})
{
    return "{\"id\":\"" + id + "\",\"action\":\"" + action + '"' + more + '}';
}

inline FakeApi::Reply verdict(const FakeApi::Request &request, const QByteArray &action,
                              const QByteArray &more = {})
{
    return FakeApi::json(200, answerJson(idOf(request), action, more));
}

inline FakeApi::Reply acceptAll(const FakeApi::Request &request)
{
    return verdict(request, "accept", R"(,"msg":"")");
}

/// The program, running.
class Plugin : public QProcess
{
public:
    explicit Plugin(QStringList arguments, const QMap<QString, QString> &variables = {})
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove("RELAY_POLICY_SECRET");
        environment.remove("RELAY_POLICY_SECRET_FILE");
        for (auto it = variables.begin(); it != variables.end(); ++it)
            environment.insert(it.key(), it.value());
        setProcessEnvironment(environment);
        start(QStringLiteral(TOWER_BIN_DIR "/tower-relay-policy"), arguments);
        waitForStarted();
    }
    ~Plugin() override
    {
        closeWriteChannel();
        if (!waitForFinished(5000))
            kill();
        waitForFinished();
    }

    QJsonObject nextAnswer(int timeoutMs = 10'000)
    {
        QElapsedTimer timer;
        timer.start();
        while (!canReadLine() && timer.elapsed() < timeoutMs && state() == Running)
            waitForReadyRead(100);
        return QJsonDocument::fromJson(readLine()).object();
    }
    QJsonObject ask(const QByteArray &line)
    {
        write(line + '\n');
        return nextAnswer();
    }
    QString verdictOf(const QJsonObject &answer) const
    {
        return answer["action"].toString() + ' ' + answer["msg"].toString();
    }
};

} // namespace tower::test
