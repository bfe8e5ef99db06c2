// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QStringList>
#include <QUrlQuery>

#include <functional>

namespace tower {

class Command;

/// Adds a value as a query item, whatever characters it holds.
void addQuery(QUrlQuery &query, const char *name, const QString &value);

/// Prints one page of a list, or all of it with --all: as a table whose rows `row` makes, or as JSON. Returns
/// the exit status.
int printList(const Command &command, const QString &path, QUrlQuery query, const QStringList &heading,
              const std::function<QStringList(const QJsonObject &)> &row);

} // namespace tower
