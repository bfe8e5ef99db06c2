// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayPolicy.h"

#include <QWidget>

namespace tower {

/// What the policy answers and why, step by step.
class PolicySteps : public QWidget
{
    Q_OBJECT

public:
    explicit PolicySteps(const PolicyExplanation &explanation, QWidget *parent = nullptr);
};

} // namespace tower
