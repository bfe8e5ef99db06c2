// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/agent/ModelVerdict.h"

namespace tower {

/// Whether Timmy takes a request on. It stands between two lines that carry `fence`, a random word that the
/// customer could not know, so that nothing in it can pass for the end of it.
JudgePrompt evalPrompt(const QString &request, const QString &fence);

/// Reads the model's answer: exactly {"verdict": "accept"|"reject", "reason": "..."}. Anything else is
/// Undecided.
Evaluation readEvaluation(const QString &answer);

} // namespace tower
