// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

class QComboBox;

namespace tower {

class Chart;
class DataTable;

/// What was zapped on one day (UTC), by when each zap was begun.
struct ZapDay
{
    Millis day;
    Sats paid{};
    Sats open{}; ///< that may still be paid
    std::int64_t zaps = 0;
    std::int64_t notSent = 0; ///< failed or skipped

    void add(const Zap &zap);
};

/// Totals by day as a chart, and the same numbers in a table beside.
class ZapDays : public QWidget
{
    Q_OBJECT

public:
    explicit ZapDays(const PageContext &context, QWidget *parent = nullptr);

    /// Asks again; the days that are shown stay until the answer is there.
    void reload();
    [[nodiscard]] Chart *chart() const { return m_chart; }
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] QComboBox *span() const { return m_span; }

signals:
    void started();
    void ended();
    void failed(const tower::ServiceError &error);

private:
    void read(const QString &cursor, std::vector<ZapDay> days);
    void finish();
    void show(const std::vector<ZapDay> &days);

    Core &m_core;
    std::vector<ZapDay> m_days; ///< newest first, as the table shows them
    KeyedModel<ZapDay> *m_model;
    QComboBox *m_span;
    Chart *m_chart;
    DataTable *m_table;
    bool m_asking = false;
    bool m_again = false;
};

} // namespace tower
