// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The policy route of a real towerd beside what limits it: a bare route, a bare signature check, a bare
// durable commit; and beside Express with nostr-tools. All in one run, on one machine, so that ratios mean
// something. Figures "per CPU second" divide by the CPU time that the server itself used, and bear a busy
// machine better.
#include "core/identity/Tier.h"
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "core/store/Database.h"
#include "tests/bench/Load.h"
#include "tests/bench/Peer.h"
#include "tests/bench/Table.h"

#include <QCoreApplication>
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <algorithm>
#include <ctime>
#include <optional>

using namespace tower;
using namespace tower::bench;

namespace {

constexpr int connections = 16;
constexpr int rounds = 3;
const QByteArray token = "bench-admin-token-0123456789abcdef";
const std::string route = "/api/relay/policy";

double cpuSeconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

SecretKey keyOf(char fill)
{
    return *SecretKey::fromBytes(QByteArray(32, fill));
}

std::vector<Event> signedEvents(const SecretKey &author, int count, const char *what)
{
    std::vector<Event> out(static_cast<std::size_t>(count));
    int n = 0;
    for (Event &event : out) {
        event.pubkey = author.pubKey();
        event.createdAt = 1'700'000'000 + n;
        event.kind = 1;
        event.tags = {{"e", QByteArray(64, 'a')}, {"p", QByteArray(64, 'b')}, {"t", "tower"}};
        event.content = QByteArray(what) + ' ' + QByteArray::number(n++) +
                        ": a note of an ordinary length, as people write them all day long.";
        event.id = event.computedId();
        event.signature = author.sign(event.id.bytes(), {});
    }
    return out;
}

std::vector<std::string> policyRequests(const std::vector<Event> &events, std::uint16_t port)
{
    std::vector<std::string> out;
    out.reserve(events.size());
    for (const Event &event : events) {
        out.push_back(httpPost(
            route, port,
            "{\"type\":\"new\",\"event\":" + event.toJson().toStdString() +
                ",\"receivedAt\":1700000001,\"sourceType\":\"IP4\",\"sourceInfo\":\"203.0.113.7\"}"));
    }
    return out;
}

struct Measured
{
    double perSecond = 0, perCpuSecond = 0;
    int p50 = 0, p99 = 0;
    std::size_t wrong = 0;
};

/// The best of several rounds: what disturbs a round makes it slower, never faster.
Measured measure(const Peer &peer, const std::vector<std::vector<std::string>> &batches, int connectionCount,
                 const char *expected)
{
    Measured out;
    out.p50 = out.p99 = 1'000'000;
    for (const auto &requests : batches) {
        const double before = peer.cpuSeconds();
        const LoadResult result = load(peer.port(), requests, connectionCount, expected);
        const double used = peer.cpuSeconds() - before;
        out.perSecond = std::max(out.perSecond, result.perSecond());
        if (used > 0)
            out.perCpuSecond = std::max(out.perCpuSecond, static_cast<double>(result.answers) / used);
        out.p50 = std::min(out.p50, result.percentile(0.5));
        out.p99 = std::min(out.p99, result.percentile(0.99));
        out.wrong += result.wrong;
    }
    return out;
}

Measured measure(const Peer &peer, const std::vector<std::string> &requests, int connectionCount,
                 const char *expected)
{
    return measure(peer, std::vector(rounds, requests), connectionCount, expected);
}

void show(const char *what, const Measured &m)
{
    char more[160];
    std::snprintf(more, sizeof more, "%9.0f per CPU s   p50 %5d us   p99 %6d us%s", m.perCpuSecond, m.p50,
                  m.p99, m.wrong > 0 ? "   WRONG ANSWERS" : "");
    rate(what, m.perSecond, more);
}

double bareVerifications(const std::vector<Event> &events)
{
    double best = 0;
    std::size_t good = 0;
    for (int round = 0; round < rounds; ++round) {
        const double start = cpuSeconds();
        for (const Event &event : events)
            good += verifySchnorr(event.pubkey, event.id.bytes(), event.signature);
        best = std::max(best, static_cast<double>(events.size()) / (cpuSeconds() - start));
    }
    return good == rounds * events.size() ? best : 0;
}

double bareCommits(const QString &folder, const std::vector<Event> &events)
{
    DatabaseUrl url;
    url.path = QDir(folder).filePath(QStringLiteral("commits.db"));
    Database database(url);
    database.script(QStringLiteral(
        "CREATE TABLE queue (event_id TEXT PRIMARY KEY, pubkey TEXT, raw_event TEXT, created_at BIGINT)"));
    double best = 0;
    const std::size_t each = events.size() / rounds;
    for (int round = 0; round < rounds; ++round) {
        QElapsedTimer timer;
        timer.start();
        for (std::size_t i = 0; i < each; ++i) {
            const Event &event = events[static_cast<std::size_t>(round) * each + i];
            Transaction transaction(database);
            database.execute(
                "INSERT INTO queue (event_id, pubkey, raw_event, created_at) VALUES (?, ?, ?, ?)",
                {event.id, event.pubkey, event.toJson(), event.createdAt});
            transaction.commit();
        }
        best = std::max(best, static_cast<double>(each) / (static_cast<double>(timer.nsecsElapsed()) / 1e9));
    }
    return best;
}

std::vector<std::vector<std::string>> inRounds(const std::vector<std::string> &requests)
{
    std::vector<std::vector<std::string>> out;
    const auto each = static_cast<std::ptrdiff_t>(requests.size() / rounds);
    for (int round = 0; round < rounds; ++round)
        out.emplace_back(requests.begin() + round * each, requests.begin() + (round + 1) * each);
    return out;
}

class Tower : public Peer
{
public:
    explicit Tower(const QString &dataDir)
        : Peer(QStringLiteral(TOWER_BIN_DIR "/towerd"),
               {QStringLiteral("--data-dir"), dataDir, QStringLiteral("--listen"),
                QStringLiteral("127.0.0.1:0")},
               environment())
    {
    }

    bool admin(const QByteArray &path, const QJsonObject &body) const
    {
        std::string request = httpPost(path.toStdString(), port(),
                                       QJsonDocument(body).toJson(QJsonDocument::Compact).toStdString());
        request.insert(request.find("\r\n") + 2, "Authorization: Bearer " + token.toStdString() + "\r\n");
        return load(port(), {request}, 1, "200 OK").wrong == 0;
    }

private:
    static QProcessEnvironment environment()
    {
        QProcessEnvironment out = QProcessEnvironment::systemEnvironment();
        out.insert(QStringLiteral("ADMIN_TOKEN"), QString::fromLatin1(token));
        out.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), QStringLiteral("unix:path=/nonexistent"));
        return out;
    }
};

/// One event at a time through the plugin's pipes, as strfry does it; microseconds at the median.
int pluginMedian(std::uint16_t port, const std::vector<Event> &events)
{
    QProcess plugin;
    plugin.start(QStringLiteral(TOWER_BIN_DIR "/tower-relay-policy"),
                 {QStringLiteral("--url"), QStringLiteral("http://127.0.0.1:%1").arg(port)});
    std::vector<int> micros;
    for (const Event &event : events) {
        const QByteArray line =
            "{\"type\":\"new\",\"event\":" + event.toJson() +
            ",\"receivedAt\":1700000001,\"sourceType\":\"IP4\",\"sourceInfo\":\"203.0.113.7\"}\n";
        QElapsedTimer timer;
        timer.start();
        plugin.write(line);
        while (!plugin.canReadLine()) {
            if (!plugin.waitForReadyRead(5'000))
                return 0;
        }
        plugin.readLine();
        micros.push_back(static_cast<int>(timer.nsecsElapsed() / 1'000));
    }
    plugin.closeWriteChannel();
    plugin.waitForFinished();
    std::sort(micros.begin(), micros.end());
    return micros[micros.size() / 2];
}

/// The same pipes and events with `cat` in the plugin's place: what the measuring itself costs.
int pipeMedian(const std::vector<Event> &events)
{
    QProcess cat;
    cat.start(QStringLiteral("cat"), QStringList());
    std::vector<int> micros;
    for (const Event &event : events) {
        QElapsedTimer timer;
        timer.start();
        cat.write(event.toJson() + '\n');
        while (!cat.canReadLine() && cat.waitForReadyRead(5'000)) {
        }
        cat.readLine();
        micros.push_back(static_cast<int>(timer.nsecsElapsed() / 1'000));
    }
    cat.closeWriteChannel();
    cat.waitForFinished();
    std::sort(micros.begin(), micros.end());
    return micros[micros.size() / 2];
}

struct Express
{
    Measured elite, queued;
};

std::optional<Express> express(const char *engine, const QString &folder, const std::vector<Event> &elite,
                               const std::vector<Event> &writer)
{
    const QString peers = QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node");
    if (!QDir(peers + QStringLiteral("/node_modules/express")).exists())
        return std::nullopt;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("ELITE"), elite.front().pubkey.text());
    environment.insert(QStringLiteral("NODE_ENV"), QStringLiteral("production"));
    const Peer peer(QStringLiteral("node"),
                    {peers + QStringLiteral("/express.mjs"), QString::fromLatin1(engine), folder},
                    environment);
    if (peer.port() == 0)
        return std::nullopt;
    return Express{measure(peer, policyRequests(elite, peer.port()), connections, "accept"),
                   measure(peer, policyRequests(writer, peer.port()), connections, "shadowReject")};
}

void startOnManyIdentities(const QString &folder)
{
    const QString dataDir = QDir(folder).filePath(QStringLiteral("many"));
    {
        Tower first(dataDir);
    }
    {
        DatabaseUrl url;
        url.path = QDir(dataDir).filePath(QStringLiteral("tower.db"));
        Database database(url);
        database.script(QStringLiteral(R"(
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
            INSERT INTO nostr_identities (pubkey, trust_score, last_seen, created_at)
            SELECT printf('%064x', n), n % 300, 1700000000000, 1700000000000 FROM numbers)"));
        database.script(QStringLiteral(R"(
            INSERT INTO relay_accounts (pubkey, access_level, granted_by, actor, granted_at)
            SELECT pubkey, 'read', 'auto-tier', 'auto', 1700000000000 FROM nostr_identities
            WHERE true ON CONFLICT DO NOTHING)"));
    }
    double best = 1e9, resident = 0;
    for (int round = 0; round < rounds; ++round) {
        const Tower tower(dataDir);
        best = std::min(best, tower.startMs());
        resident = tower.residentMb();
    }
    goal("towerd on 100,000 identities: to `listening`", best, "ms", best <= 300, "<= 300");
    goal("  resident memory then", resident, "MB", resident <= 60, "<= 60");
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QTemporaryDir folder;
    const std::vector<Event> elite = signedEvents(keyOf(1), 12'000, "elite");
    const std::vector<Event> writer = signedEvents(keyOf(2), 9'000, "writer");
    const std::vector<Event> few(elite.begin(), elite.begin() + 3'000);

    heading("Reference points");
    const double verify = bareVerifications(elite);
    rate("bare libsecp256k1 verification with key parsing, one core", verify, "(per CPU second)");
    const double commits = bareCommits(folder.path(), writer);
    rate("bare durable commits, one row each", commits);

    Measured bare, bareAlone, hardened;
    double residentStart = 0, residentEnd = 0;
    {
        const Peer plainServer(QStringLiteral(TOWER_BIN_DIR "/bench_server"), {QStringLiteral("bare")});
        bare = measure(plainServer, policyRequests(elite, plainServer.port()), connections, "accept");
        bareAlone = measure(plainServer, policyRequests(few, plainServer.port()), 1, "accept");
    }
    show("bare QHttpServer route, 16 connections", bare);
    show("bare QHttpServer route, one in flight", bareAlone);
    {
        const Peer server(QStringLiteral(TOWER_BIN_DIR "/bench_server"), {QStringLiteral("hardened")});
        const std::vector<std::string> requests = policyRequests(elite, server.port());
        hardened = measure(server, requests, connections, "accept");
        show("hardened server, 16 connections", hardened);
        residentStart = server.residentMb();
        for (std::size_t sent = 0; sent < 1'000'000; sent += requests.size())
            load(server.port(), requests, connections, "accept");
        residentEnd = server.residentMb();
    }

    heading("towerd");
    Measured direct, queued, alone;
    int throughPlugin = 0;
    {
        const Tower tower(QDir(folder.path()).filePath(QStringLiteral("data")));
        const QByteArray eliteKey = elite.front().pubkey.hex(), writerKey = writer.front().pubkey.hex();
        const bool ready =
            tower.admin("/api/admin/identities/" + eliteKey + "/adjust", {{QStringLiteral("score"), 200}}) &&
            tower.admin("/api/admin/relay/accounts/" + writerKey + "/grant",
                        {{QStringLiteral("level"), QStringLiteral("write")}});
        if (!ready) {
            std::fprintf(stderr, "bench_policy: towerd did not start or refused the accounts\n");
            return 1;
        }
        direct = measure(tower, policyRequests(elite, tower.port()), connections, "accept");
        show("event with access (elite), 16 connections", direct);
        alone = measure(tower, policyRequests(few, tower.port()), 1, "accept");
        show("event with access, one in flight", alone);
        throughPlugin = pluginMedian(tower.port(), few);
        queued = measure(tower, inRounds(policyRequests(writer, tower.port())), connections, "shadowReject");
        show("queue-bound, durable before the answer, 16 connections", queued);
    }

    heading("Express with nostr-tools (same events and load)");
    const std::vector<Event> fewQueued(writer.begin(), writer.begin() + 1'500);
    const std::vector<Event> fewElite(elite.begin(), elite.begin() + 1'500);
    const auto pure = express("pure", folder.path(), fewElite, fewQueued);
    const auto wasm = express("wasm", folder.path(), fewElite, fewQueued);
    if (pure) {
        show("JavaScript secp256k1, event with access", pure->elite);
        show("JavaScript secp256k1, queue-bound", pure->queued);
    }
    if (wasm) {
        show("WebAssembly secp256k1, event with access", wasm->elite);
        show("WebAssembly secp256k1, queue-bound", wasm->queued);
    }
    if (!pure || !wasm)
        std::printf("  not run: needs node, and npm ci in tests/peers/node\n");

    heading("Goals");
    const double ofVerify = 100 * direct.perCpuSecond / verify;
    goal("event with access: of the bare verification rate, per CPU s", ofVerify, "%", ofVerify >= 55,
         ">= 55");
    goal("event with access: p99 under load", direct.p99 / 1000.0, "ms", direct.p99 <= 5'000, "<= 5");
    const double ofCommits = 100 * queued.perSecond / commits;
    goal("queue-bound: of the bare durable-commit rate", ofCommits, "%", ofCommits >= 60, ">= 60");
    const double ofBare = static_cast<double>(alone.p50) / bareAlone.p50;
    goal("one in flight: p50 against a bare route's", ofBare, "x", ofBare <= 2, "<= 2");
    const int pipes = pipeMedian(few);
    const int added = throughPlugin - alone.p50 - pipes;
    goal("tower-relay-policy adds (p50, pipes by themselves taken off)", added, "us", added <= 50, "<= 50");
    const double ofServer = 100 * hardened.perCpuSecond / bare.perCpuSecond;
    goal("hardened server: of a bare one, per CPU s", ofServer, "%", ofServer >= 95, ">= 95");
    const double growth = 100 * (residentEnd / residentStart - 1);
    goal("hardened server: memory after a million requests", growth, "%", growth <= 10, "<= 10");
    if (pure && wasm) {
        const double faster = direct.perSecond / pure->elite.perSecond,
                     fasterWasm = direct.perSecond / wasm->elite.perSecond;
        const double fasterQueue = queued.perSecond / pure->queued.perSecond;
        goal("event with access: times Express", faster, "x", faster >= 25, ">= 25");
        goal("event with access: times Express with WebAssembly", fasterWasm, "x", fasterWasm >= 6, ">= 6");
        goal("queue-bound: times Express", fasterQueue, "x", fasterQueue >= 7, ">= 7");
    }
    startOnManyIdentities(folder.path());
    return 0;
}
