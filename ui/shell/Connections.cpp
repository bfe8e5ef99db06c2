// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/Connections.h"

#include "core/base/Error.h"
#include "core/nostr/RelayClient.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QPointer>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::Connections)
};

constexpr int profileKind = 0;

} // namespace

QCoro::Task<ConnectionReport> askWallet(Wallet &wallet)
{
    ConnectionReport out;
    out.simulated = wallet.isSimulated();
    try {
        QCoro::Task<Msat> asking = wallet.balance();
        const Msat balance = co_await asking;
        out.balance = balance;
        out.answered = true;
    } catch (const ServiceError &error) {
        out.problem = error.message();
    }
    co_return out;
}

QCoro::Task<ConnectionReport> askAgent(Agent &agent)
{
    ConnectionReport out;
    out.simulated = agent.isSimulated();
    try {
        const QString request = QStringLiteral("Say hello.");
        QCoro::Task<Evaluation> asking = agent.evaluate(request);
        co_await asking;
        out.answered = true; // whatever it thinks of it
    } catch (const ServiceError &error) {
        out.problem = error.message();
    }
    co_return out;
}

QCoro::Task<ConnectionReport> askCloud(Cloud &cloud)
{
    ConnectionReport out;
    out.simulated = cloud.isSimulated();
    try {
        QCoro::Task<std::vector<CloudThing>> asking = cloud.list();
        const std::vector<CloudThing> things = co_await asking;
        out.things = static_cast<std::int64_t>(things.size());
        out.answered = true;
    } catch (const ServiceError &error) {
        out.problem = error.message();
    }
    co_return out;
}

QCoro::Task<ConnectionReport> askRelay(QString url, PubKey key, const Clock &clock, QObject *owner,
                                       std::chrono::milliseconds deadline)
{
    ConnectionReport out;
    out.isSet = !url.isEmpty();
    if (!out.isSet)
        co_return out;
    const QPointer<RelayClient> relay(new RelayClient(clock, owner));
    relay->setDeadline(deadline);
    relay->setUrl(url);
    const QJsonObject filter{{QStringLiteral("kinds"), QJsonArray{profileKind}},
                             {QStringLiteral("authors"), QJsonArray{key.text()}}};
    Later<std::optional<std::vector<Event>>> asked = relay->find(filter);
    const std::optional<std::vector<Event>> found = co_await asked;
    if (relay)
        relay->deleteLater(); // it is its own answer that is being taken
    out.answered = found.has_value();
    if (!out.answered)
        out.problem = Text::tr("The relay at %1 did not connect and answer a question.").arg(url);
    co_return out;
}

} // namespace tower
