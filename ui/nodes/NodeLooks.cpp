// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/NodeLooks.h"

#include "ui/widgets/Words.h"

#include <QCoreApplication>

#include <algorithm>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::NodeLooks)
};

constexpr int confirmationLength = 8;

QString counted(CloudKind kind, int number)
{
    switch (kind) {
    case CloudKind::Key:
        return Text::tr("%n key(s)", nullptr, number);
    case CloudKind::TailnetKey:
        return Text::tr("%n tailnet key(s)", nullptr, number);
    case CloudKind::Volume:
        return Text::tr("%n volume(s)", nullptr, number);
    case CloudKind::Droplet:
        return Text::tr("%n droplet(s)", nullptr, number);
    }
    return {};
}

} // namespace

PillLook lookOf(BootstrapState state)
{
    switch (state) {
    case BootstrapState::AwaitingPayment:
        return {Text::tr("awaits payment"), PillShape::Ring, Tone::Neutral};
    case BootstrapState::Provisioning:
        return {Text::tr("provisioning"), PillShape::Ring, Tone::Info};
    case BootstrapState::Ready:
        return {Text::tr("ready"), PillShape::Dot, Tone::Good};
    case BootstrapState::Failed:
        return {Text::tr("failed"), PillShape::Triangle, Tone::Bad};
    }
    return {};
}

PillLook lookOf(const BootstrapJob &job)
{
    if (job.destroyedAt)
        return job.atWork ? PillLook{Text::tr("taking down"), PillShape::Ring, Tone::Warn}
                          : PillLook{Text::tr("destroyed"), PillShape::Square, Tone::Neutral};
    if (job.state == BootstrapState::Failed && !job.paidAt)
        return {Text::tr("not paid"), PillShape::Square, Tone::Neutral};
    return lookOf(job.state);
}

QString wordOf(NodeStage stage)
{
    switch (stage) {
    case NodeStage::Paid:
        return Text::tr("Paid");
    case NodeStage::KeyPair:
        return Text::tr("Key pair");
    case NodeStage::Key:
        return Text::tr("Key");
    case NodeStage::TailnetKey:
        return Text::tr("Tailnet");
    case NodeStage::Volume:
        return Text::tr("Volume");
    case NodeStage::Droplet:
        return Text::tr("Droplet");
    case NodeStage::Address:
        return Text::tr("Address");
    case NodeStage::Ready:
        return Text::tr("Ready");
    }
    return {};
}

QString stageWordOf(const BootstrapJob &job)
{
    return job.stage ? wordOf(*job.stage) : QString();
}

QString wordOf(CloudKind kind)
{
    switch (kind) {
    case CloudKind::Key:
        return Text::tr("Key");
    case CloudKind::TailnetKey:
        return Text::tr("Tailnet key");
    case CloudKind::Volume:
        return Text::tr("Volume");
    case CloudKind::Droplet:
        return Text::tr("Droplet");
    }
    return {};
}

QString figureOf(std::int64_t cents)
{
    return QStringLiteral("%1%2%3")
        .arg(words::grouped(cents / 100), QLocale().decimalPoint())
        .arg(cents % 100, 2, 10, QLatin1Char('0'));
}

QString dollarsOf(std::int64_t cents)
{
    return Text::tr("%1 USD").arg(figureOf(cents));
}

QString countOf(const std::vector<CloudKind> &kinds)
{
    QStringList parts;
    for (const CloudKind kind :
         {CloudKind::Droplet, CloudKind::Volume, CloudKind::Key, CloudKind::TailnetKey}) {
        const auto number = std::count(kinds.begin(), kinds.end(), kind);
        if (number > 0)
            parts.append(counted(kind, static_cast<int>(number)));
    }
    return parts.join(QStringLiteral(", "));
}

QString confirmationOf(const QString &nodeId)
{
    return nodeId.left(confirmationLength);
}

} // namespace tower
