// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

struct JobLine
{
    Job job;
    std::optional<WorkMargin> margin;
};

using JobModel = KeyedModel<JobLine>;

/// Core thread.
JobLine lineOf(const Job &job, const Services &services);

/// Jobs, newest first. `filter` is read when rows are asked for.
JobModel *makeJobModel(Core &core, std::shared_ptr<JobFilter> filter, QObject *context);

/// Whether a job belongs among the rows of this filter.
bool matches(const JobFilter &filter, const Job &job);

/// "+12", "−3": a figure whose sign matters.
QString signedFigure(Sats sats);

} // namespace tower
