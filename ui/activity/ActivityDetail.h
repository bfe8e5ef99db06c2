// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"

#include <QWidget>

namespace tower {

/// One decision in full: before and after side by side, and its link in the chain.
class ActivityDetail : public QWidget
{
    Q_OBJECT

public:
    explicit ActivityDetail(const ActivityRow &row, QWidget *parent = nullptr);
};

} // namespace tower
