// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QDateEdit;

namespace tower {

/// A span of days, as a filter: today, the last ones, or from one date to another, both whole and in UTC, as
/// the books count.
class PeriodBox : public QWidget
{
    Q_OBJECT

public:
    explicit PeriodBox(QWidget *parent = nullptr);

    [[nodiscard]] std::optional<Millis> since() const;
    [[nodiscard]] std::optional<Millis> until() const;
    void setRange(const QDate &first, const QDate &last);

signals:
    void changed();

private:
    QComboBox *m_choice;
    QDateEdit *m_first;
    QDateEdit *m_last;
};

} // namespace tower
