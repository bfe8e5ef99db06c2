// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/agent/MessagesClient.h"

namespace tower {

/// The agent over the Anthropic Messages API.
class AnthropicAgent final : public Agent
{
public:
    AnthropicAgent(const Settings &settings, const Secrets &secrets, const Clock &clock,
                   MessagesClient::Wait wait = {});

    QCoro::Task<Review> review(ReviewRequest request) override;
    [[nodiscard]] bool isSimulated() const override { return false; }
    void abort() override { m_client.abort(); }

private:
    const Settings &m_settings;
    MessagesClient m_client;
};

} // namespace tower
