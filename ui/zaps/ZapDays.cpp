// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapDays.h"

#include "ui/shell/Sums.h"
#include "ui/widgets/Chart.h"
#include "ui/widgets/DataTable.h"

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QTableView>

namespace tower {

namespace {

QDate dateOf(Millis day)
{
    return QDateTime::fromMSecsSinceEpoch(day.value(), Qt::UTC).date();
}

Column<ZapDay> number(const QString &id, const QString &title, int width,
                      std::function<std::int64_t(const ZapDay &)> value)
{
    return {.info = {id, title, CellKind::Number, {}, width},
            .text = [value](const ZapDay &d) { return words::grouped(value(d)); },
            .raw = [value](const ZapDay &d) { return QString::number(value(d)); }};
}

std::vector<Column<ZapDay>> columns()
{
    return {
        {.info = {"day", ZapDays::tr("Day (UTC)"), CellKind::Text, {}, 116},
         .text = [](const ZapDay &d) { return QLocale().toString(dateOf(d.day), QLocale::ShortFormat); },
         .raw = [](const ZapDay &d) { return dateOf(d.day).toString(Qt::ISODate); }},
        number("paid_sats", ZapDays::tr("Paid"), 64, [](const ZapDay &d) { return d.paid.value(); }),
        number("open_sats", ZapDays::tr("Open"), 60, [](const ZapDay &d) { return d.open.value(); }),
        number("zaps", ZapDays::tr("Zaps"), 48, [](const ZapDay &d) { return d.zaps; }),
        number("not_sent", ZapDays::tr("Not sent"), 66, [](const ZapDay &d) { return d.notSent; }),
    };
}

/// `count` days up to the one of `now`, oldest first.
std::vector<ZapDay> emptyDays(Millis now, int count)
{
    std::vector<ZapDay> out;
    for (int back = count - 1; back >= 0; --back)
        out.push_back({.day = startOfDay(now) - days(back)});
    return out;
}

/// Adds zaps, newest first, to their days. False once they are older than all of them.
bool addAll(std::vector<ZapDay> &all, const std::vector<Zap> &zaps)
{
    for (const Zap &zap : zaps) {
        const std::int64_t at = (zap.createdAt - all.front().day).value();
        if (at < 0)
            return false;
        const auto day = static_cast<std::size_t>(at / days(1).value());
        all[std::min(day, all.size() - 1)].add(zap);
    }
    return true;
}

} // namespace

void ZapDay::add(const Zap &zap)
{
    switch (zap.state) {
    case ZapState::Paid:
        paid += zap.amount;
        ++zaps;
        break;
    case ZapState::Failed:
    case ZapState::Skipped:
        ++notSent;
        break;
    default:
        open += zap.amount;
        ++zaps;
    }
}

ZapDays::ZapDays(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_core(context.core)
    , m_span(new QComboBox(this))
    , m_chart(new Chart(Chart::Kind::Bars, tr("Sats zapped by day"), this))
{
    m_model = new KeyedModel<ZapDay>(columns(),
                                     {.key = [](const ZapDay &d) { return QString::number(d.day.value()); },
                                      .fetch =
                                          [this](const QString &, int, auto done, auto) {
                                              Page<ZapDay> page;
                                              page.items = m_days;
                                              page.total = static_cast<std::int64_t>(m_days.size());
                                              done(std::move(page));
                                          }},
                                     this);
    m_table = new DataTable(QStringLiteral("zap-days"), *m_model, &context.settings, this);
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("zap"), tr("What was zapped each day will appear here."), {});
    for (const int days : {7, 30, 90})
        m_span->addItem(tr("Last %n days", nullptr, days), days);
    m_span->setCurrentIndex(1);
    m_span->setAccessibleName(tr("How far back"));
    m_table->addFilter(m_span);
    m_table->setMinimumWidth(340);

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::between);
    layout->addWidget(m_chart, 3);
    layout->addWidget(m_table, 2);

    connect(m_span, &QComboBox::currentIndexChanged, this, &ZapDays::reload);
    connect(m_chart, &Chart::currentChanged, this, [this](int point) {
        if (point >= 0 && point < static_cast<int>(m_days.size()))
            m_table->select(m_model->key(static_cast<int>(m_days.size()) - 1 - point));
        else
            m_table->view()->clearSelection();
    });
}

void ZapDays::reload()
{
    m_again = m_asking;
    if (m_asking)
        return;
    m_asking = true;
    emit started();
    read({}, emptyDays(m_model->now(), m_span->currentData().toInt()));
}

/// Page by page, so that the core thread is never long at it.
void ZapDays::read(const QString &cursor, std::vector<ZapDay> days)
{
    m_core.run(
        this,
        [page = PageRequest{PageRequest::maximumLimit, cursor}, days = std::move(days)](Services &s) mutable {
            const Page<Zap> found = s.zaps.list({}, page);
            const bool goesOn = addAll(days, found.items);
            return std::pair(std::move(days), goesOn ? found.nextCursor : QString());
        },
        [this](std::pair<std::vector<ZapDay>, QString> answer) {
            if (!answer.second.isEmpty()) {
                read(answer.second, std::move(answer.first));
                return;
            }
            show(answer.first);
            finish();
        },
        [this](const ServiceError &error) {
            emit failed(error);
            finish();
        });
}

void ZapDays::finish()
{
    m_asking = false;
    emit ended();
    if (std::exchange(m_again, false))
        reload();
}

void ZapDays::show(const std::vector<ZapDay> &days)
{
    ChartData chart{.unit = tr("sats"),
                    .series = {{tr("Paid"), Tone::Accent, {}}, {tr("Open"), Tone::Info, {}}}};
    for (const ZapDay &day : days) {
        const QDate date = dateOf(day.day);
        chart.points.append(QLocale().toString(date, QLocale::ShortFormat));
        chart.ticks.append(QLocale().toString(date, QStringLiteral("d MMM")));
        chart.series[0].values.push_back(day.paid.value());
        chart.series[1].values.push_back(day.open.value());
    }
    m_chart->setData(std::move(chart));
    m_days.assign(days.rbegin(), days.rend());
    m_model->refresh();
}

} // namespace tower
