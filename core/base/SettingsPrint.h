// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tower {

class Secrets;
class Settings;

/// What --print-settings prints: one line for each setting with its value, where it came from, its default
/// and its meaning, under its group's heading; of a secret only whether it is set, and where.
QString describeSettings(const Settings &settings, const Secrets &secrets);

/// The reference table in resources/docs/settings.md.
QString settingsMarkdown();

} // namespace tower
