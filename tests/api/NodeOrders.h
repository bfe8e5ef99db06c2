// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/api/ApiFixture.h"

#include <QCoroTask>
#include <QTest>

namespace tower {

/// An ssh-ed25519 key of nobody.
inline const QString keyOfNobody =
    QStringLiteral("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBERERERERERERERERERERERERERERERERERERERERER");

/// An order with a key of the customer's: no pair is made, which takes seconds.
inline QJsonObject withOwnKey(QJsonObject body = {})
{
    body.insert(QStringLiteral("sshPublicKey"), keyOfNobody);
    return body;
}

inline QByteArray pathOf(const Answer &node)
{
    return "/api/bootstrap/" + node.text("bootstrapJobId").toLatin1();
}

inline QByteArray adminPathOf(const Answer &node)
{
    return "/api/admin/bootstrap/" + node.text("bootstrapJobId").toLatin1();
}

/// An order that was paid for, and waits because the provider makes no machines now.
inline Answer stuckNode(ApiFixture &api, const QJsonObject &body = withOwnKey())
{
    api.cloud.setFault(SimulatedCloud::Call::CreateDroplet, SimulatedCloud::Fault::Unavailable);
    api.nodesWait = true;
    const Answer made = api.orderedNode(body);
    api.pay(made, "invoice");
    const bool isStuck = QTest::qWaitFor([&] {
        return api.bootstrap.find(made.text("bootstrapJobId"))->stage >= NodeStage::TailnetKey &&
               !api.bootstrap.isRunning();
    });
    return isStuck ? made : Answer();
}

/// The provider makes machines again; nothing is woken by that.
inline void unstick(ApiFixture &api)
{
    api.cloud.setFault(SimulatedCloud::Call::CreateDroplet, SimulatedCloud::Fault::None);
    api.nodesWait = false;
}

/// One whose machine the provider refused to make.
inline Answer failedNode(ApiFixture &api, const QJsonObject &body = withOwnKey())
{
    api.cloud.setFault(SimulatedCloud::Call::CreateDroplet, SimulatedCloud::Fault::Refused, 1);
    return api.finishedNode(body);
}

/// What the provider keeps for us, of that kind.
inline std::vector<CloudThing> kept(ApiFixture &api, CloudKind kind)
{
    std::vector<CloudThing> all = QCoro::waitFor(api.cloud.list());
    std::erase_if(all, [kind](const CloudThing &thing) { return thing.kind != kind; });
    return all;
}

} // namespace tower
