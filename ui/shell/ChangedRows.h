// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <concepts>

namespace tower {

/// Reads the rows with these ids again and brings them into `model`: those that `belongs(row)` names (asked
/// on the GUI thread) are inserted or updated, all others leave it. `find(services, id)` runs on the core
/// thread and gives an std::optional. An id's text is its row's key. The model must not outlive what
/// `belongs` holds.
template <class Row, class Id, class Find, class Belongs>
void readChangedRows(Core &core, KeyedModel<Row> *model, std::vector<Id> ids, Find find, Belongs belongs)
{
    using Rows = std::vector<std::pair<QString, std::optional<Row>>>;
    core.run(
        model,
        [ids = std::move(ids), find](Services &s) {
            Rows rows;
            for (const Id &id : ids) {
                if constexpr (std::same_as<Id, QString>)
                    rows.emplace_back(id, find(s, id));
                else
                    rows.emplace_back(id.text(), find(s, id));
            }
            return rows;
        },
        [model, belongs](const Rows &rows) {
            for (const auto &[key, row] : rows) {
                if (row && belongs(*row))
                    model->upsert(*row);
                else
                    model->remove(key);
            }
        });
}

} // namespace tower
