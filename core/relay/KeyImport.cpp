// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/KeyImport.h"

#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

namespace tower {

namespace {

constexpr std::size_t maximumKeys = 10'000;
constexpr qsizetype maximumProblems = 100;

class Collector
{
public:
    /// False when no more keys are taken.
    bool add(const QString &text, const QString &where)
    {
        if (m_out.keys.size() >= maximumKeys) {
            problem(QStringLiteral("%1: only the first 10,000 keys are taken.").arg(where));
            return false;
        }
        try {
            const PubKey key = parsePubKey(text);
            if (!m_seen.contains(key)) {
                m_seen.insert(key);
                m_out.keys.push_back(key);
            }
        } catch (const ServiceError &error) {
            problem(QStringLiteral("%1: %2").arg(where, error.message()));
        }
        return true;
    }
    void problem(const QString &text)
    {
        if (m_out.problems.size() < maximumProblems)
            m_out.problems << text;
    }
    KeyImport take() { return std::move(m_out); }

private:
    KeyImport m_out;
    QSet<PubKey> m_seen;
};

/// Cells of one CSV line (RFC 4180 quoting; a quoted line break is not needed for keys).
QStringList cells(const QString &line)
{
    QStringList out;
    QString cell;
    bool quoted = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar c = line[i];
        if (quoted && c == u'"' && i + 1 < line.size() && line[i + 1] == u'"') {
            cell += c;
            ++i;
        } else if (c == u'"') {
            quoted = !quoted;
        } else if (!quoted && (c == u',' || c == u';' || c == u'\t')) {
            out << cell.trimmed();
            cell.clear();
        } else {
            cell += c;
        }
    }
    out << cell.trimmed();
    return out;
}

bool looksLikeKey(const QString &cell)
{
    return cell.startsWith(QLatin1String("npub1"), Qt::CaseInsensitive) ||
           cell.startsWith(QLatin1String("nostr:"), Qt::CaseInsensitive) ||
           (cell.size() == 64 && PubKey::fromHex(cell.toLower()));
}

void readNip05(const QJsonObject &names, Collector &collector)
{
    for (auto it = names.begin(); it != names.end(); ++it) {
        if (!collector.add(it.value().toString(), it.key()))
            return;
    }
}

} // namespace

KeyImport readKeyList(const QByteArray &content)
{
    Collector collector;
    const QJsonDocument json = QJsonDocument::fromJson(content);
    if (json.isObject()) {
        const QJsonValue names = json.object().value(QStringLiteral("names"));
        if (names.isObject())
            readNip05(names.toObject(), collector);
        else
            collector.problem(QStringLiteral("This JSON is no nostr.json: it has no \"names\"."));
        return collector.take();
    }

    qsizetype column = -1;
    int number = 0;
    const QStringList lines = QString::fromUtf8(content).split(u'\n');
    for (const QString &raw : lines) {
        ++number;
        const QString line = raw.trimmed();
        if (line.isEmpty() || line.startsWith(u'#'))
            continue;
        const QStringList row = cells(line);
        if (column < 0) {
            for (qsizetype i = 0; i < row.size() && column < 0; ++i) {
                const QString name = row[i].toLower();
                if (name == QLatin1String("pubkey") || name == QLatin1String("npub"))
                    column = i;
            }
            if (column >= 0)
                continue; // the header itself
            for (qsizetype i = 0; i < row.size() && column < 0; ++i) {
                if (looksLikeKey(row[i]))
                    column = i;
            }
            column = std::max<qsizetype>(column, 0);
        }
        if (!collector.add(row.value(column), QStringLiteral("Line %1").arg(number)))
            break;
    }
    return collector.take();
}

} // namespace tower
