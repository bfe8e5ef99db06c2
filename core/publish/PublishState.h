// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tower {

/// Where an event stands on its way to the relay.
enum class PublishState { None, Waiting, Published, Failed };
QString toText(PublishState state); ///< none, waiting, published, failed
/// Throws badRequest("publishState").
PublishState publishStateFromText(const QString &text);

} // namespace tower
