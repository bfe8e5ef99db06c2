// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/AnthropicAgent.h"
#include "tests/lightning/Awaited.h"
#include "tests/peers/AnthropicPeer.h"

#include <QTemporaryDir>

#include <memory>

namespace tower::test {

inline const QString agentKey = QStringLiteral("sk-the-key-of-this-test");

/// The agent against the stand-in; waits take no time but move the clock.
struct AgentHouse
{
    AgentHouse()
    {
        settings.setSaved(Setting::AnthropicBaseUrl, peer.url());
        agent = std::make_unique<AnthropicAgent>(settings, secrets, clock, [this](Millis duration) {
            waits.push_back(duration.value());
            clock.advance(duration);
            Later<bool> later;
            later.give(true);
            return later;
        });
    }

    static ReviewRequest post(const QString &content)
    {
        ReviewRequest request;
        request.content = content;
        request.tags = QStringLiteral("[]");
        return request;
    }
    Awaited<Review> review(const QString &content = QStringLiteral("hello"))
    {
        return ended(agent->review(post(content)));
    }

    static QProcessEnvironment environment()
    {
        QProcessEnvironment out;
        out.insert(QStringLiteral("ANTHROPIC_API_KEY"), agentKey);
        return out;
    }

    AnthropicPeer peer;
    Settings settings;
    QTemporaryDir dir;
    Secrets secrets{environment(), [this] { return openSecretsFile(dir.path()); }};
    ManualClock clock{days(20'000)};
    std::vector<std::int64_t> waits;
    std::unique_ptr<AnthropicAgent> agent;
};

} // namespace tower::test
