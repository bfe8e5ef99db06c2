// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tower {

/// What the working model is told: the request between two lines that carry `fence`, as the text to answer,
/// which changes nothing of the rules before it.
struct WorkPrompt
{
    QString system;
    QString user;
};
WorkPrompt workPrompt(const QString &request, const QString &fence);

} // namespace tower
