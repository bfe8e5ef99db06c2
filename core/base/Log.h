// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <initializer_list>
#include <utility>

namespace tower::log {

/// Where log lines go. Lines are one event each: "2026-11-20T09:30:00.000Z info http: served method=GET ...".
/// Values are quoted when they hold blanks, quotes or control characters (which are escaped), so that no
/// input can forge a line. Thread-safe. Never pass a secret, a macaroon, a preimage or a private key.
void toStderr();
/// Also appends to `path` (created 0600); at 10 MB it is rotated to path.1.
void toFile(const QString &path);
/// Routes qDebug/qWarning of Qt itself through the same lines.
void installQtHandler();
/// Drops debug lines unless set.
void setVerbose(bool verbose);
[[nodiscard]] bool isVerbose();

using Field = std::pair<const char *, QString>;
using Fields = std::initializer_list<Field>;

void debug(const char *category, const QString &event, Fields fields = {});
void info(const char *category, const QString &event, Fields fields = {});
void warning(const char *category, const QString &event, Fields fields = {});
void error(const char *category, const QString &event, Fields fields = {});

} // namespace tower::log
