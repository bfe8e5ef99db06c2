// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctl/Output.h"

#include "app/ctl/Command.h"
#include "core/base/PosixFile.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <unistd.h>

namespace tower {

void print(const QString &text)
{
    if (!writeAll(STDOUT_FILENO, text.toUtf8()))
        throw Refused("the output could not be written");
}

void printJson(const QJsonObject &object)
{
    print(QString::fromUtf8(QJsonDocument(object).toJson()));
}

QString plain(const QString &text)
{
    QString out = text;
    for (QChar &c : out) {
        const QChar::Category category = c.category();
        if (category == QChar::Other_Control || category == QChar::Other_Format ||
            category == QChar::Separator_Line || category == QChar::Separator_Paragraph)
            c = ' ';
    }
    return out.simplified();
}

QString shortened(const QString &id)
{
    static const bool onTerminal = isatty(STDOUT_FILENO) != 0;
    return onTerminal && id.size() > 24 ? id.left(12) + "…" + id.right(8) : id;
}

QString cell(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::String:
        return value.toString();
    case QJsonValue::Bool:
        return value.toBool() ? "yes" : "no";
    case QJsonValue::Double:
        return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact))
            .mid(1)
            .chopped(1);
    case QJsonValue::Array:
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    case QJsonValue::Object:
        return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    default:
        return {};
    }
}

void Table::add(QStringList row)
{
    for (QString &text : row)
        text = plain(text);
    m_rows << row;
}

void Table::print() const
{
    QList<qsizetype> widths(m_rows.first().size(), 0);
    for (const QStringList &row : m_rows)
        for (qsizetype i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    QString out;
    for (const QStringList &row : m_rows) {
        QString line;
        for (qsizetype i = 0; i < row.size(); ++i)
            line += i + 1 < row.size() ? row[i].leftJustified(widths[i] + 2) : row[i];
        while (line.endsWith(' '))
            line.chop(1);
        out += line + '\n';
    }
    tower::print(out);
}

} // namespace tower
