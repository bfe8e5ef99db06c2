// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QJsonValue>
#include <QString>
#include <QStringList>

namespace tower {

/// Standard output of towerctl. Throws Refused when it can't be written.
void print(const QString &text);
void printJson(const QJsonObject &object);

/// Text of others (notes, posts) made fit for a terminal: one line, no control or direction characters.
QString plain(const QString &text);
/// On a terminal long keys and ids are shortened in the middle; in a pipe they are whole.
QString shortened(const QString &id);
/// A field for a table: text, number, yes/no; empty when absent.
QString cell(const QJsonValue &value);

/// Rows in aligned columns under a heading.
class Table
{
public:
    explicit Table(QStringList heading)
        : m_rows{std::move(heading)}
    {
    }
    /// Cells are made plain.
    void add(QStringList row);
    void print() const;

private:
    QList<QStringList> m_rows;
};

} // namespace tower
