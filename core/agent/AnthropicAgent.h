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
    AnthropicAgent(const Settings &settings, const Secrets &secrets, const Clock &clock, Wait wait = {});

    QCoro::Task<Review> review(ReviewRequest request) override;
    QCoro::Task<Evaluation> evaluate(QString request) override;
    QCoro::Task<Execution> execute(QString request) override;
    QCoro::Task<ChatReply> chatReply(ChatContext context) override;
    [[nodiscard]] bool isSimulated() const override { return false; }
    [[nodiscard]] Health health() const override { return m_client.health(); }
    void abort() override { m_client.abort(); }

private:
    [[nodiscard]] int workLength() const;

    const Settings &m_settings;
    MessagesClient m_client;
};

} // namespace tower
