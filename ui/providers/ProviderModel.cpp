// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/providers/ProviderModel.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>

namespace tower {

namespace {

constexpr double secondsPerHour = 3'600;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::ProviderModel)
};

double hours(const ProviderScore &score)
{
    return static_cast<double>(score.deliveredSeconds) / secondsPerHour;
}

Column<ProviderScore> number(const QString &id, const QString &title, int width,
                             std::function<std::int64_t(const ProviderScore &)> value)
{
    return {.info = {id, title, CellKind::Number, {}, width},
            .text = [value](const ProviderScore &s) { return words::grouped(value(s)); },
            .raw = [value](const ProviderScore &s) { return QString::number(value(s)); }};
}

std::vector<Column<ProviderScore>> columns(const std::shared_ptr<ProviderFilter> &filter)
{
    return {
        {.info = {"npub", Text::tr("Provider"), CellKind::Key, {}, 180},
         .text = [](const ProviderScore &s) { return QString::fromUtf8(s.npub); }},
        {.info = {"who", Text::tr("Who"), CellKind::Pill, {}, 84},
         .pill =
             [filter](const ProviderScore &s) { return s.npub == filter->timmy ? timmyLook() : PillLook(); }},
        {.info = {"score", Text::tr("Score"), CellKind::Number, "score", 84},
         .text = scoreText,
         .raw = [](const ProviderScore &s) { return QString::number(s.score, 'g', 17); }},
        number("receipts_counted", Text::tr("Counted"), 84, [](const ProviderScore &s) { return s.counted; }),
        number("receipts_dropped", Text::tr("Dropped"), 84,
               [](const ProviderScore &s) { return s.droppedInAll(); }),
        number("consumers", Text::tr("Consumers"), 96, [](const ProviderScore &s) { return s.consumers; }),
        {.info = {"success_rate", Text::tr("Success"), CellKind::Number, {}, 84},
         .text = successText,
         .raw =
             [](const ProviderScore &s) {
                 return s.successRate ? QString::number(*s.successRate, 'g', 17) : QString();
             }},
        {.info = {"delivered_hours", Text::tr("Hours delivered"), CellKind::Number, {}, 120},
         .text = hoursText,
         .raw = [](const ProviderScore &s) { return QString::number(hours(s), 'g', 17); }},
    };
}

std::vector<ProviderScore> matching(const std::vector<ProviderScore> &scores, const QString &npub)
{
    std::vector<ProviderScore> out;
    std::copy_if(scores.begin(), scores.end(), std::back_inserter(out),
                 [begin = npub.toLatin1()](const ProviderScore &s) { return s.npub.startsWith(begin); });
    return out;
}

} // namespace

ProviderModel *makeProviderModel(Core &core, std::shared_ptr<ProviderFilter> filter, QObject *context)
{
    RowSource<ProviderScore> source{
        .key = [](const ProviderScore &s) { return QString::fromUtf8(s.npub); },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                const PageRequest page{limit, cursor};
                if (!cursor.isEmpty()) {
                    done(Providers::page(filter->read, page)); // every receipt was read for the first one
                    return;
                }
                core.runLater(
                    context,
                    [since = filter->since](Services &s) { return s.control.providers({.since = since}); },
                    [filter, asked = *filter, page, done](const std::vector<ProviderScore> &scores) {
                        std::vector<ProviderScore> found = matching(scores, asked.npub);
                        const Page<ProviderScore> first = Providers::page(found, page);
                        if (filter->since == asked.since && filter->npub == asked.npub)
                            filter->read = std::move(found);
                        done(first);
                    },
                    std::move(failed));
            },
    };
    return new ProviderModel(columns(filter), std::move(source), context);
}

PillLook timmyLook()
{
    return {Text::tr("Timmy"), PillShape::Dot, Tone::Accent};
}

QString scoreText(const ProviderScore &score)
{
    return QLocale().toString(score.score, 'f', 2);
}

QString successText(const ProviderScore &score)
{
    return score.successRate ? Text::tr("%1 %").arg(QLocale().toString(100 * *score.successRate, 'f', 1))
                             : QString();
}

QString hoursText(const ProviderScore &score)
{
    return QLocale().toString(hours(score), 'f', 1);
}

QString wordOf(ReceiptDrop drop)
{
    switch (drop) {
    case ReceiptDrop::NotWellFormed:
        return Text::tr("not well-formed");
    case ReceiptDrop::BadSignature:
        return Text::tr("a signature does not hold");
    case ReceiptDrop::BadPaymentProof:
        return Text::tr("the payment is not proved");
    case ReceiptDrop::UnknownConsumer:
        return Text::tr("consumer unknown");
    case ReceiptDrop::YoungConsumer:
        break;
    }
    return Text::tr("consumer too new");
}

} // namespace tower
