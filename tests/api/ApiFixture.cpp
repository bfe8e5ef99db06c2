// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/api/ApiFixture.h"

#include "core/nodes/NodeChecks.h"

#include <QTest>
#include <QTimer>
#include <QtEndian>

namespace tower {

namespace {

constexpr int patienceMs = 20'000;
constexpr int nodePatienceMs = 60'000; // a key pair takes seconds to make

const Contract &theContract()
{
    static const Contract contract;
    return contract;
}

QProcessEnvironment environment()
{
    QProcessEnvironment out;
    out.insert(QStringLiteral("ADMIN_TOKEN"), QString::fromLatin1(ApiFixture::adminToken));
    out.insert(QStringLiteral("RELAY_POLICY_SECRET"), QString::fromLatin1(ApiFixture::policySecret));
    out.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(40, u't'));
    out.insert(QStringLiteral("TOWER_DATA_KEY"), QString(64, u'd'));
    return out;
}

/// No price source may be asked from here.
Settings::Values offline(Settings::Values values)
{
    values.emplace(QStringLiteral("BTC_PRICE_SOURCES"), QString());
    return values;
}

Answer parsed(const QByteArray &said)
{
    Answer out;
    const qsizetype end = said.indexOf("\r\n\r\n");
    const QByteArrayList lines = said.left(end).split('\n');
    out.status = lines.first().split(' ').value(1).toInt();
    for (const QByteArray &line : lines.mid(1)) {
        const qsizetype colon = line.indexOf(':');
        out.headers.insert(line.left(colon).trimmed().toLower(), line.mid(colon + 1).trimmed());
    }
    out.body = said.mid(end + 4);
    return out;
}

} // namespace

Ask Ask::with(const QByteArray &name, const QByteArray &value) const
{
    Ask out = *this;
    out.headers.insert(name, value);
    return out;
}

QJsonValue Answer::at(const QString &path) const
{
    QJsonValue value = json();
    for (const QString &name : path.split(u'.'))
        value = value.toObject().value(name);
    return value;
}

QByteArray Answer::brief() const
{
    QByteArray out = QByteArray::number(status);
    for (const char *part : {"code", "field"}) {
        if (const QByteArray value = text(part).toUtf8(); !value.isEmpty())
            out += ' ' + value;
    }
    return out;
}

OpenCall::OpenCall(quint16 port, const Ask &ask)
    : m_method(ask.method)
{
    QByteArray head = ask.method + ' ' + ask.target + " HTTP/1.1\r\n";
    if (!ask.headers.contains("Host"))
        head += "Host: 127.0.0.1:" + QByteArray::number(port) + "\r\n";
    if (!ask.body.isEmpty() && !ask.headers.contains("Content-Type"))
        head += "Content-Type: application/json\r\n";
    if (!ask.body.isEmpty() || ask.method == "POST")
        head += "Content-Length: " + QByteArray::number(ask.body.size()) + "\r\n";
    for (auto it = ask.headers.begin(); it != ask.headers.end(); ++it) {
        if (!it.value().isNull())
            head += it.key() + ": " + it.value() + "\r\n";
    }
    m_socket.connectToHost(QHostAddress::LocalHost, port);
    m_socket.write(head + "\r\n" + ask.body);
}

bool OpenCall::isAnswered()
{
    m_said += m_socket.readAll();
    const qsizetype end = m_said.indexOf("\r\n\r\n");
    if (end < 0)
        return false;
    const Answer head = parsed(m_said.left(end + 4));
    if (m_method == "HEAD" || head.status == 204)
        return true;
    return m_said.size() >= end + 4 + head.headers.value("content-length").toLongLong();
}

Answer OpenCall::answer()
{
    if (!QTest::qWaitFor(
            [this] { return isAnswered() || m_socket.state() == QAbstractSocket::UnconnectedState; },
            patienceMs) ||
        !isAnswered())
        return {};
    return parsed(m_said);
}

ApiFixture::ApiFixture(const QString &engine, const Settings::Values &commandLine, HttpHostOptions options)
    : contract(theContract())
    , database(engine)
    , settings(offline(commandLine), {}, {})
    , secrets(environment(), [this] { return openSecretsFile(database.dir()); })
    , reader(database.url())
    , activity(*database, clock)
    , changes(*database)
    , savedSettings(*database, clock, settings, activity)
    , ledger(*database, clock)
    , identities(*database, clock, settings)
    , relayAccounts(*database, clock, settings, identities, activity)
    , trust(*database, clock, settings, identities, relayAccounts, activity)
    , tokens(clock, settings, secrets)
    , signIn(*database, clock, settings, identities, trust, tokens)
    , vouches(*database, clock, settings, identities, relayAccounts, trust, activity)
    , policyLog(*database, clock)
    , queue(*database, clock, identities, activity)
    , relayManagement(*database, clock, relayAccounts, queue, activity, changes)
    , relayPolicy(*database, clock, settings, relayAccounts, queue, relayManagement, policyLog)
    , wallet(*database, clock, secrets)
    , outgoing(*database, clock, wallet, ledger, QStringLiteral("test"))
    , refunds(*database, clock, outgoing)
    , invoices(*database, clock, wallet, ledger, refunds)
    , watcher(clock, wallet, invoices, outgoing)
    , agent([this](Millis) {
        Later<bool> pause;
        slowRequests.push_back(pause);
        return pause;
    })
    , oracle(settings, clock)
    , pricing(settings)
    , pool(*database, clock, settings, identities, ledger, activity)
    , zaps(*database, clock, settings, identities)
    , jobs(workHouse())
    , macaroons(secrets, clock)
    , sessions(workHouse(), macaroons)
    , timmy(testKey(21))
    , events(*database, clock, settings, timmy, activity)
    , lnurl(settings)
    , zapPayer(zapHouse())
    , zapsByHand(zapHouse(), zapPayer, identities, activity)
    , mintKeys(settings, clock)
    , receipts(*database, clock, settings, timmy, events, mintKeys)
    , cloud(*database, clock)
    , bootstrap(nodeHouse())
    , nodeSweep(nodeHouse())
    , m_options(std::move(options))
{
    addPoolChecks(reconcile);
    addSessionChecks(reconcile);
    addNodeChecks(reconcile);
    pool.seed();
    jobs.start();
    sessions.start();
    zapPayer.start();
    bootstrap.start();
    m_options.port = 0;
    settings.onChange([this](Setting) { relayPolicy.settingsChanged(); });
    restartApi();
}

ApiFixture::~ApiFixture()
{
    bootstrap.stop();
    agent.abort();
    wallet.abort();
    cloud.abort();
    for (const Later<bool> &waiting : std::exchange(m_nodeWaits, {}))
        waiting.give(false);
    release();
}

WorkHouse ApiFixture::workHouse()
{
    return {*database,
            clock,
            settings,
            invoices,
            outgoing,
            refunds,
            watcher,
            ledger,
            oracle,
            pricing,
            pool,
            identities,
            trust,
            zaps,
            agent,
            activity,
            QStringLiteral("test")};
}

ZapHouse ApiFixture::zapHouse()
{
    return {*database, clock, settings, &wallet, outgoing, events, lnurl, zaps, QStringLiteral("test")};
}

Later<bool> ApiFixture::nodeWait(Millis duration)
{
    Later<bool> waiting = m_nodeWaits.emplace_back();
    if (!nodesWait) {
        QTimer::singleShot(0, &m_timers, [this, duration, waiting] {
            clock.advance(duration);
            waiting.give(true);
        });
    }
    return waiting;
}

NodeHouse ApiFixture::nodeHouse()
{
    // Whoever knocks at a machine of the simulated cloud is answered.
    const auto somebodyAnswers = [](const QString &, quint16) {
        const Later<bool> answer;
        answer.give(true);
        return answer;
    };
    return {*database,
            clock,
            settings,
            secrets,
            invoices,
            refunds,
            watcher,
            ledger,
            activity,
            wallet,
            &wallet,
            lnurl,
            cloud,
            &tailnet,
            QStringLiteral("test"),
            [this](Millis duration) { return nodeWait(duration); },
            somebodyAnswers};
}

void ApiFixture::restartApi()
{
    api.reset();
    const ApiServices services{
        .database = *database,
        .clock = clock,
        .settings = settings,
        .secrets = secrets,
        .savedSettings = savedSettings,
        .reader = reader,
        .activity = activity,
        .changes = changes,
        .ledger = ledger,
        .reconcile = reconcile,
        .identities = identities,
        .trust = trust,
        .tokens = tokens,
        .signIn = signIn,
        .vouches = vouches,
        .relayAccounts = relayAccounts,
        .relayManagement = relayManagement,
        .relayPolicy = relayPolicy,
        .policyLog = policyLog,
        .queue = queue,
        .wallet = wallet,
        .simulatedWallet = simulatedWallet,
        .watcher = watcher,
        .invoices = invoices,
        .outgoing = outgoing,
        .refunds = refunds,
        .oracle = oracle,
        .pricing = pricing,
        .pool = pool,
        .jobs = jobs,
        .sessions = sessions,
        .agent = agent,
        .bootstrap = bootstrap,
        .nodeSweep = nodeSweep,
        .dataDir = database.dir(),
        .reviewer = nullptr,
        .zaps = {zaps, zapsByHand, events},
        .receipts = {receipts, timmy},
    };
    api = std::make_unique<ApiServer>(services);
    api->listen(m_options);
}

Answer ApiFixture::ask(const Ask &ask)
{
    const Answer answer = OpenCall(port(), ask).answer();
    const QByteArray path =
        ask.target.left(ask.target.indexOf('?') < 0 ? ask.target.size() : ask.target.indexOf('?'));
    const QStringList problems =
        contract.problems(ask.method, path, answer.status, answer.headers.value("content-type"), answer.body);
    if (!problems.isEmpty()) {
        const QString text =
            QStringLiteral("%1 %2: %3")
                .arg(QString::fromLatin1(ask.method), QString::fromLatin1(ask.target), problems.join(u'\n'));
        QTest::qFail(qPrintable(text), __FILE__, __LINE__);
    }
    if (const auto *operation = contract.find(ask.method, path);
        operation && answer.status / 100 == 2 && ask.method != "HEAD")
        m_served.insert(operation->method + ' ' + operation->path);
    return answer;
}

Ask ApiFixture::asAdmin(Ask ask)
{
    if (!ask.headers.contains("Authorization"))
        ask.headers.insert("Authorization", "Bearer " + adminToken);
    return ask;
}

Answer ApiFixture::get(const QByteArray &target)
{
    return ask(asAdmin({.target = target}));
}

Answer ApiFixture::post(const QByteArray &target, const QJsonObject &body)
{
    return post(target, QJsonDocument(body).toJson(QJsonDocument::Compact));
}

Answer ApiFixture::post(const QByteArray &target, const QByteArray &body)
{
    return ask(asAdmin({.method = "POST", .target = target, .body = body}));
}

Answer ApiFixture::say(const QByteArray &target, const QJsonObject &body, const QByteArray &header,
                       const QByteArray &value)
{
    const Ask ask{
        .method = "POST", .target = target, .body = QJsonDocument(body).toJson(QJsonDocument::Compact)};
    return this->ask(header.isEmpty() ? ask : ask.with(header, value));
}

Answer ApiFixture::patch(const QByteArray &target, const QJsonObject &body)
{
    return ask(asAdmin(
        {.method = "PATCH", .target = target, .body = QJsonDocument(body).toJson(QJsonDocument::Compact)}));
}

std::unique_ptr<OpenCall> ApiFixture::start(const QByteArray &target)
{
    return std::make_unique<OpenCall>(port(), asAdmin({.target = target}));
}

QPair<QString, QString> ApiFixture::decide(const Event &event)
{
    const QByteArray line =
        R"({"type":"new","receivedAt":1800000000,"sourceType":"IP4","sourceInfo":"203.0.113.7","event":)" +
        event.toJson() + '}';
    const Answer answer = ask(Ask{.method = "POST", .target = "/api/relay/policy", .body = line}.with(
        "Authorization", "Bearer " + policySecret));
    if (answer.text("id").toLatin1() != event.id.hex())
        return {QStringLiteral("another id"), QString::fromUtf8(answer.body)};
    return {answer.text("action"), answer.text("msg")};
}

QByteArray ApiFixture::tokenOf(quint32 number, std::int64_t score)
{
    const PubKey key = testPubKey(number);
    trust.adjust(key, score, QStringLiteral("test"), QStringLiteral("test"));
    return tokens.issue(key).text;
}

Answer ApiFixture::pay(const Answer &answer, const char *invoice)
{
    const QString hash = answer.at(QLatin1String(invoice) + QStringLiteral(".paymentHash")).toString();
    return ask({.method = "POST", .target = "/api/dev/stub/pay/" + hash.toLatin1()});
}

Answer ApiFixture::settledJob(const QByteArray &id)
{
    Answer answer;
    const bool settled = QTest::qWaitFor(
        [&] {
            answer = ask({.target = "/api/jobs/" + id});
            const QString state = answer.text("state");
            return state != u"evaluating" && state != u"executing";
        },
        patienceMs);
    return settled ? answer : Answer();
}

Answer ApiFixture::evaluatedJob(const QString &request, const QByteArray &token)
{
    const Answer made =
        say("/api/jobs", {{"request", request}}, "X-Nostr-Token", token.isEmpty() ? QByteArray() : token);
    pay(made, "evalInvoice");
    return settledJob(made.text("jobId").toLatin1());
}

Answer ApiFixture::finishedJob(const QString &request, const QByteArray &token)
{
    const Answer priced = evaluatedJob(request, token);
    if (priced.text("state") != u"awaiting_work_payment")
        return priced;
    pay(priced, "workInvoice");
    return settledJob(priced.text("jobId").toLatin1());
}

Answer ApiFixture::fundedSession(int sats, const QByteArray &token)
{
    const Answer made = say("/api/sessions", {{"amount_sats", sats}}, "X-Nostr-Token",
                            token.isEmpty() ? QByteArray() : token);
    pay(made, "invoice");
    return ask({.target = "/api/sessions/" + made.text("sessionId").toLatin1()});
}

Answer ApiFixture::orderedNode(const QJsonObject &body)
{
    return say("/api/bootstrap", body);
}

Answer ApiFixture::settledNode(const QByteArray &id)
{
    Answer answer;
    const bool settled = QTest::qWaitFor(
        [&] {
            answer = get("/api/admin/bootstrap/" + id);
            const QString state = answer.text("state");
            return state == u"ready" || state == u"failed";
        },
        nodePatienceMs);
    return settled ? answer : Answer();
}

Answer ApiFixture::finishedNode(const QJsonObject &body)
{
    const Answer made = orderedNode(body);
    pay(made, "invoice");
    return settledNode(made.text("bootstrapJobId").toLatin1());
}

QString ApiFixture::foreignInvoice(Sats amount)
{
    static std::uint8_t made = 0;
    std::array<std::uint8_t, 32> hash{};
    hash[0] = ++made;
    hash[1] = 0xa5;
    return encodeBolt11({.network = LightningNetwork::Signet,
                         .amount = toMsat(amount),
                         .createdAt = clock.now(),
                         .expiry = seconds(3'600),
                         .paymentHash = PaymentHash(hash),
                         .description = QStringLiteral("of another wallet")},
                        testKey(777));
}

bool ApiFixture::booksAgree()
{
    const Answer report = get("/api/admin/reconcile");
    const bool ok = report.at("ok").toBool();
    if (!ok)
        qWarning().noquote() << report.body;
    return ok;
}

void ApiFixture::release()
{
    const std::vector<Later<bool>> all = std::exchange(slowRequests, {});
    for (const Later<bool> &one : all)
        one.give(true);
}

QByteArray ApiFixture::state()
{
    return Activity::verify(*database).head + ' ' + QByteArray::number(static_cast<qint64>(changes.latest()));
}

SecretKey testKey(quint32 number)
{
    QByteArray bytes(32, '\1');
    qToBigEndian(number, bytes.data() + 28);
    return std::move(*SecretKey::fromBytes(bytes));
}

Event signedEvent(const SecretKey &author, int kind, const QByteArray &content,
                  std::vector<std::vector<QByteArray>> tags)
{
    Event event;
    event.pubkey = author.pubKey();
    event.createdAt = 1'800'000'000;
    event.kind = kind;
    event.tags = std::move(tags);
    event.content = content;
    event.id = event.computedId();
    event.signature = author.sign(event.id.bytes(), {});
    return event;
}

} // namespace tower
