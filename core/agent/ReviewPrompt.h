// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/agent/ModelVerdict.h"

namespace tower {

/// The post stands between two lines that carry `fence`, a random word that its writer could not know, so
/// that nothing in it can pass for the end of it.
JudgePrompt reviewPrompt(const ReviewRequest &request, const QString &fence);

/// The longest post (content and tags, in characters) that is shown to the model. A longer one is not cut:
/// what the model did not see it can't approve.
constexpr qsizetype maximumReviewed = 20'000;

/// Reads the model's answer: exactly {"verdict": "approve"|"flag", "reason": "..."}. Anything else, a word
/// before or after it included, is Undecided.
Review readReview(const QString &answer);

} // namespace tower
