// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pool/PoolHistory.h"

#include "ui/widgets/Chart.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Labels.h"

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QTableView>
#include <QTimeZone>
#include <QVBoxLayout>

namespace tower {

namespace {

QDate dateOf(Millis day)
{
    return QDateTime::fromMSecsSinceEpoch(day.value(), Qt::UTC).date();
}

Column<PoolDay> number(const QString &id, const QString &title, int width,
                       std::function<std::int64_t(const PoolDay &)> value, bool shown = true)
{
    return {.info = {id, title, CellKind::Number, {}, width, shown},
            .text = [value](const PoolDay &d) { return words::grouped(value(d)); },
            .raw = [value](const PoolDay &d) { return QString::number(value(d)); }};
}

std::vector<Column<PoolDay>> columns()
{
    return {
        {.info = {"day", PoolHistory::tr("Day (UTC)"), CellKind::Text, {}, 84},
         .text = [](const PoolDay &d) { return QLocale().toString(dateOf(d.day), QStringLiteral("d MMM")); },
         .tooltip = [](const PoolDay &d) { return QLocale().toString(dateOf(d.day), QLocale::LongFormat); },
         .raw = [](const PoolDay &d) { return dateOf(d.day).toString(Qt::ISODate); }},
        number("balance_sats", PoolHistory::tr("Balance"), 76,
               [](const PoolDay &d) { return d.balance.value(); }),
        number("credited_sats", PoolHistory::tr("Credited"), 70,
               [](const PoolDay &d) { return d.credited.value(); }),
        number("absorbed_sats", PoolHistory::tr("Given"), 64,
               [](const PoolDay &d) { return d.absorbed.value(); }),
        number("adjusted_sats", PoolHistory::tr("By hand"), 70,
               [](const PoolDay &d) { return d.adjusted.value(); }),
        number(
            "grants", PoolHistory::tr("Grants"), 56, [](const PoolDay &d) { return d.grants; }, false),
    };
}

} // namespace

PoolHistory::PoolHistory(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_core(context.core)
    , m_span(new QComboBox(this))
    , m_balance(new Chart(Chart::Kind::Lines, tr("Balance of the pool"), this))
    , m_flows(new Chart(Chart::Kind::Bars, tr("Credits and grants of the pool"), this))
{
    m_model = new KeyedModel<PoolDay>(columns(),
                                      {.key = [](const PoolDay &d) { return QString::number(d.day.value()); },
                                       .fetch =
                                           [this](const QString &, int, auto done, auto) {
                                               Page<PoolDay> page;
                                               page.items = m_days;
                                               page.total = static_cast<std::int64_t>(m_days.size());
                                               done(std::move(page));
                                           }},
                                      this);
    m_table = new DataTable(QStringLiteral("pool-days"), *m_model, &context.settings, this);
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("pool"), tr("The days of the pool will appear here."), {});
    for (const int days : {7, 30, 90})
        m_span->addItem(tr("Last %n days", nullptr, days), days);
    m_span->setCurrentIndex(1);
    m_span->setAccessibleName(tr("How far back"));
    m_table->addFilter(m_span);
    m_table->setMinimumWidth(340);

    auto *charts = new QVBoxLayout;
    charts->setSpacing(measure::grid);
    charts->addWidget(m_balance, 3);
    charts->addWidget(m_flows, 2);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, measure::grid, 0, 0);
    layout->setSpacing(measure::between);
    layout->addLayout(charts, 3);
    layout->addWidget(m_table, 2);

    connect(m_span, &QComboBox::currentIndexChanged, this, &PoolHistory::reload);
    // Both charts and the table walk together.
    const auto walk = [this](Chart *other) {
        return [this, other](int point) {
            other->setCurrent(point);
            if (point >= 0 && point < static_cast<int>(m_days.size()))
                m_table->select(m_model->key(static_cast<int>(m_days.size()) - 1 - point));
            else
                m_table->view()->clearSelection();
        };
    };
    connect(m_balance, &Chart::currentChanged, this, walk(m_flows));
    connect(m_flows, &Chart::currentChanged, this, walk(m_balance));
}

void PoolHistory::reload()
{
    m_again = m_asking;
    if (m_asking)
        return;
    m_asking = true;
    emit started();
    const auto finish = [this] {
        m_asking = false;
        emit ended();
        if (std::exchange(m_again, false))
            reload();
    };
    m_core.runLater(
        this, [days = m_span->currentData().toInt()](Services &s) { return s.control.poolHistory(days); },
        [this, finish](const std::vector<PoolDay> &days) {
            show(days);
            finish();
        },
        [this, finish](const ServiceError &error) {
            emit failed(error);
            finish();
        });
}

void PoolHistory::show(const std::vector<PoolDay> &days)
{
    ChartData balance{.unit = tr("sats"), .series = {{tr("Balance"), Tone::Accent, {}}}};
    ChartData flows{.unit = tr("sats"),
                    .series = {{tr("Credited by paid work"), Tone::Good, {}},
                               {tr("Given as free work"), Tone::Accent, {}}}};
    for (const PoolDay &day : days) {
        const QDate date = dateOf(day.day);
        balance.points.append(QLocale().toString(date, QLocale::ShortFormat));
        balance.ticks.append(QLocale().toString(date, QStringLiteral("d MMM")));
        balance.series[0].values.push_back(day.balance.value());
        flows.series[0].values.push_back(day.credited.value());
        flows.series[1].values.push_back(-day.absorbed.value());
    }
    flows.points = balance.points;
    flows.ticks = balance.ticks;
    m_balance->setData(std::move(balance));
    m_flows->setData(std::move(flows));
    m_days.assign(days.rbegin(), days.rend());
    m_model->refresh();
}

} // namespace tower
