// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// From the text of a setting to its value, and what a value may be in words.
#include "core/base/Error.h"
#include "core/base/Settings.h"

#include <QUrl>

#include <algorithm>

namespace tower {
namespace {

constexpr int decimals = 6;

bool isDigits(QStringView text)
{
    return !text.isEmpty() &&
           std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
}

std::optional<std::int64_t> parseWhole(QStringView text)
{
    const QStringView digits = text.startsWith(u'-') ? text.sliced(1) : text;
    if (!isDigits(digits))
        return std::nullopt;
    bool ok = false;
    const qlonglong value = text.toLongLong(&ok);
    return ok ? std::optional<std::int64_t>(value) : std::nullopt;
}

/// Millionths of a plain decimal number; no sign, no exponent, no float on the way.
std::optional<std::int64_t> parseDecimal(QStringView text)
{
    const qsizetype point = text.indexOf(u'.');
    const QStringView whole = point < 0 ? text : text.first(point);
    const QStringView fraction = point < 0 ? QStringView(u"0") : text.sliced(point + 1);
    if (!isDigits(whole) || !isDigits(fraction) || whole.size() > 12 || fraction.size() > decimals)
        return std::nullopt;
    const QString padded = fraction.toString().leftJustified(decimals, u'0');
    return whole.toLongLong() * 1'000'000 + padded.toLongLong();
}

QString decimalText(std::int64_t millionths)
{
    const QString fraction = QString::number(millionths % 1'000'000).rightJustified(decimals, u'0');
    const auto isZero = [](QChar c) { return c == u'0'; };
    const auto end = std::find_if_not(fraction.rbegin(), fraction.rend(), isZero).base();
    const QString whole = QString::number(millionths / 1'000'000);
    return end == fraction.begin() ? whole : whole + u'.' + fraction.first(end - fraction.begin());
}

QStringList words(const char *commaSeparated)
{
    return QString::fromLatin1(commaSeparated).split(u',');
}

/// The words of a list without blanks around them and without repeats; nothing for an empty text.
QStringList splitList(const QString &text)
{
    QStringList items;
    if (text.isEmpty())
        return items;
    for (const QString &item : text.split(u',')) {
        if (!items.contains(item.trimmed()))
            items.append(item.trimmed());
    }
    return items;
}

bool isPrintableWord(const QString &text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c > u' ' && c < u'\x7f'; });
}

bool isPublicKey(const QString &text)
{
    const auto only = [](QStringView part, QStringView alphabet) {
        return std::all_of(part.begin(), part.end(), [&](QChar c) { return alphabet.contains(c); });
    };
    if (text.size() == 64)
        return only(text, u"0123456789abcdef");
    return text.size() == 63 && text.startsWith(u"npub1") &&
           only(QStringView(text).sliced(5), u"023456789acdefghjklmnpqrstuvwxyz");
}

/// The text of a sound URL, else nothing.
std::optional<QString> normalUrl(const SettingSpec &spec, const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    if (!isPrintableWord(text) || !url.isValid() || url.host().isEmpty() || url.hasQuery() ||
        url.hasFragment() || !url.userInfo().isEmpty() || !words(spec.choices).contains(url.scheme()))
        return std::nullopt;
    QString out = text;
    while (out.endsWith(u'/'))
        out.chop(1);
    return out;
}

/// What an error may show of a value: no private key or password that slipped into a setting, no control
/// characters, no endless text.
QString shown(const SettingSpec &spec, const QString &text)
{
    if (text.contains(u"nsec1", Qt::CaseInsensitive) ||
        (spec.type == SettingType::Url && text.contains(u'@')))
        return QStringLiteral("(not shown)");
    QString out = text.size() > 80 ? text.first(80) + QStringLiteral("...") : text;
    for (QChar &c : out) {
        if (!c.isPrint())
            c = u'?';
    }
    return out;
}

[[noreturn]] void refuse(const SettingSpec &spec, const QString &text)
{
    throw badRequest(spec.name,
                     QStringLiteral("%1=%2 is not %3")
                         .arg(QLatin1String(spec.name), shown(spec, text), Settings::rangeText(spec)),
                     "invalid_setting");
}

QString length(const SettingSpec &spec)
{
    return QStringLiteral("%1 to %2 characters").arg(spec.minimum).arg(spec.maximum);
}

} // namespace

QString Settings::rangeText(const SettingSpec &spec)
{
    switch (spec.type) {
    case SettingType::Integer:
        return QStringLiteral("a whole number between %1 and %2").arg(spec.minimum).arg(spec.maximum);
    case SettingType::Decimal:
        return QStringLiteral("a number between %1 and %2 with at most six decimals")
            .arg(decimalText(spec.minimum), decimalText(spec.maximum));
    case SettingType::Flag:
        return QStringLiteral("0 or 1");
    case SettingType::Text:
        return QStringLiteral("one word of %1").arg(length(spec));
    case SettingType::Url:
        return QStringLiteral("%1 URL with a host, without credentials, query or fragment%2")
            .arg(words(spec.choices).contains(QStringLiteral("ws")) ? QStringLiteral("a ws or wss")
                                                                    : QStringLiteral("an http or https"),
                 spec.minimum == 0 ? QStringLiteral(" (or empty)") : QString());
    case SettingType::List:
        return QStringLiteral("a comma-separated list of %1 (or empty)")
            .arg(words(spec.choices).join(QStringLiteral(", ")));
    case SettingType::Kinds:
        return QStringLiteral("a comma-separated list of whole numbers between %1 and %2 (or empty)")
            .arg(spec.minimum)
            .arg(spec.maximum);
    case SettingType::PubKeys:
        return spec.maximum == 1
                   ? QStringLiteral("a public key, 64 hex digits or npub1... (or empty)")
                   : QStringLiteral("a comma-separated list of at most %1 public keys, each 64 hex digits or "
                                    "npub1... (or empty)")
                         .arg(spec.maximum);
    case SettingType::Choice:
        return QStringLiteral("one of %1").arg(words(spec.choices).join(QStringLiteral(", ")));
    }
    Q_UNREACHABLE();
}

Settings::Value Settings::parse(const SettingSpec &spec, const QString &text, SettingSource source)
{
    Value value;
    value.source = source;
    value.text = text.trimmed();
    const auto inRange = [&](std::int64_t number) {
        return number >= spec.minimum && number <= spec.maximum;
    };

    switch (spec.type) {
    case SettingType::Integer:
    case SettingType::Flag: {
        const auto number = parseWhole(value.text);
        if (!number || !inRange(*number))
            refuse(spec, text);
        value.number = *number;
        value.text = QString::number(*number);
        break;
    }
    case SettingType::Decimal: {
        const auto number = parseDecimal(value.text);
        if (!number || !inRange(*number))
            refuse(spec, text);
        value.number = *number;
        break;
    }
    case SettingType::Text:
        if (!inRange(value.text.size()) || !isPrintableWord(value.text))
            refuse(spec, text);
        break;
    case SettingType::Url: {
        const bool off = value.text.isEmpty() && spec.minimum == 0;
        const auto normal = off ? value.text : normalUrl(spec, value.text);
        if (!normal || !inRange(normal->size()))
            refuse(spec, text);
        value.text = *normal;
        break;
    }
    case SettingType::List: {
        value.list = splitList(value.text);
        const QStringList allowed = words(spec.choices);
        if (!std::all_of(value.list.begin(), value.list.end(),
                         [&](const QString &item) { return allowed.contains(item); }))
            refuse(spec, text);
        value.text = value.list.join(u',');
        break;
    }
    case SettingType::Kinds: {
        QStringList normal;
        for (const QString &item : splitList(value.text)) {
            const auto kind = parseWhole(item);
            if (!kind || !inRange(*kind))
                refuse(spec, text);
            if (value.kinds.contains(static_cast<int>(*kind)))
                continue;
            value.kinds.append(static_cast<int>(*kind));
            normal.append(QString::number(*kind));
        }
        value.text = normal.join(u',');
        break;
    }
    case SettingType::PubKeys:
        value.list = splitList(value.text.toLower());
        if (value.list.size() > spec.maximum ||
            !std::all_of(value.list.begin(), value.list.end(), isPublicKey))
            refuse(spec, text);
        value.text = value.list.join(u',');
        break;
    case SettingType::Choice:
        if (!words(spec.choices).contains(value.text))
            refuse(spec, text);
        break;
    }
    return value;
}

} // namespace tower
