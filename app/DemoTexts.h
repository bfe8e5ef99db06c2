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
QByteArray source(int number);
QByteArray vouch(int number);
QString failure(int number);
QString remark(int number);
QString verdict(bool advertising, bool unsure);

} // namespace tower::demo
