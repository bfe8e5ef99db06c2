// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Words.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>
#include <cstdlib>

namespace tower::words {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::words)
};

bool isWholeNumber(const QString &text)
{
    const QStringView digits =
        text.startsWith(QLatin1Char('-')) ? QStringView(text).mid(1) : QStringView(text);
    return !digits.isEmpty() && std::all_of(digits.begin(), digits.end(), [](QChar c) {
        return c >= QLatin1Char('0') && c <= QLatin1Char('9');
    });
}

} // namespace

QString shortened(const QString &text, int head, int tail)
{
    if (text.size() <= head + tail + 1)
        return text;
    return text.left(head) + QChar(0x2026) + text.right(tail);
}

QString relative(Millis at, Millis now, const QLocale &locale)
{
    const std::int64_t distance = (now - at).value();
    const bool future = distance < 0;
    const std::int64_t secs = (future ? -distance : distance) / 1000;
    QString text;
    if (secs < 10)
        return Text::tr("now");
    if (secs < 60)
        text = Text::tr("%1 s").arg(locale.toString(secs));
    else if (secs < 3600)
        text = Text::tr("%1 min").arg(locale.toString(secs / 60));
    else if (secs < 86'400)
        text = Text::tr("%1 h").arg(locale.toString(secs / 3600));
    else if (secs < 30 * 86'400)
        text = Text::tr("%1 d").arg(locale.toString(secs / 86'400));
    else
        return locale.toString(QDateTime::fromMSecsSinceEpoch(at.value()).date(), QLocale::ShortFormat);
    return future ? Text::tr("in %1").arg(text) : text;
}

QString absolute(Millis at, const QLocale &locale)
{
    const QDateTime local = QDateTime::fromMSecsSinceEpoch(at.value());
    const int minutes = local.offsetFromUtc() / 60;
    const QString offset = QStringLiteral("%1%2:%3")
                               .arg(minutes < 0 ? QLatin1Char('-') : QLatin1Char('+'))
                               .arg(std::abs(minutes) / 60, 2, 10, QLatin1Char('0'))
                               .arg(std::abs(minutes) % 60, 2, 10, QLatin1Char('0'));
    return Text::tr("%1 %2 (UTC%3)")
        .arg(locale.toString(local.date(), QLocale::ShortFormat),
             locale.toString(local.time(), QStringLiteral("HH:mm:ss")), offset);
}

QString grouped(std::int64_t number)
{
    QString digits = QString::number(number);
    const int first = number < 0 ? 1 : 0;
    for (auto at = digits.size() - 3; at > first; at -= 3)
        digits.insert(at, QChar(0x2009));
    return digits;
}

QString amount(Sats sats)
{
    return Text::tr("%1 sats").arg(grouped(sats.value()));
}

QString dollars(MicroUsd amount, const QLocale &locale)
{
    const std::int64_t whole = amount.value() / 1'000'000;
    const std::int64_t rest = std::llabs(amount.value() % 1'000'000);
    QString digits = QStringLiteral("%1").arg(rest, 6, 10, QLatin1Char('0'));
    while (digits.size() > 2 && digits.endsWith(QLatin1Char('0')))
        digits.chop(1);
    const QString sign = whole == 0 && amount < MicroUsd(0) ? QStringLiteral("-") : QString();
    return Text::tr("%1 USD").arg(sign + grouped(whole) + locale.decimalPoint() + digits);
}

QString matches(std::int64_t total, bool exact, const QLocale &locale)
{
    return exact ? locale.toString(total) : Text::tr("%1+").arg(locale.toString(total));
}

QByteArray csvCell(const QString &text)
{
    QString cell = text;
    static const QString formula = QStringLiteral("=+-@\t\r");
    if (!cell.isEmpty() && formula.contains(cell.front()) && !isWholeNumber(cell))
        cell.prepend(QLatin1Char('\''));
    const bool quoted = std::any_of(cell.begin(), cell.end(), [](QChar c) {
        return c == QLatin1Char(',') || c == QLatin1Char('"') || c == QLatin1Char('\n') ||
               c == QLatin1Char('\r');
    });
    if (quoted)
        cell = QLatin1Char('"') + cell.replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
    return cell.toUtf8();
}

} // namespace tower::words
