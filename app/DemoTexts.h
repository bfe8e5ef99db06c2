// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

/// What the people of the demo say and do; each picks by a number.
namespace tower::demo {

QString scoreReason(int number);
QString grantReason(int number);
QString revokeReason(int number);
QString rejectReason(int number);
QByteArray note(int number);
QByteArray profile(int number);
QString lightningAddress(int number);
QByteArray source(int number);
QByteArray vouch(int number);
/// What a customer asks for; now and then something that is refused, or that fails.
QString request(int number);
QString remark(int number);
QString verdict(bool advertising, bool unsure);

} // namespace tower::demo
