// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace tower {

/// What a model is told when it judges what others wrote.
struct JudgePrompt
{
    QString system;
    QString user;
};

/// A judgement in the one shape that counts.
struct ModelVerdict
{
    QString verdict;
    QString reason; ///< one line, fit to be stored and shown; at most 500 characters
};

/// Reads a model's answer: exactly {"verdict": one of `words`, "reason": "..."}. Nullopt for anything else, a
/// word before or after it included.
std::optional<ModelVerdict> readVerdict(const QString &answer, std::initializer_list<QString> words);

} // namespace tower
