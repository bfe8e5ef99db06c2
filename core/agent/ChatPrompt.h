// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"

#include <optional>

namespace tower {

/// What the model is told to write a message to a member: the facts stand between two lines that carry
/// `fence`, as data, since the member wrote some of them.
struct ChatPrompt
{
    QString system;
    QString user;
};
ChatPrompt chatPrompt(const ChatContext &context, const QString &fence);

/// The model's answer as a message, on one line; nullopt when it is empty or too long, or holds a link or
/// anything that a client would make one of.
std::optional<QString> readChatReply(const QString &answer);

} // namespace tower
