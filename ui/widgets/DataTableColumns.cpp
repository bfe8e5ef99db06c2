// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The table's columns: shown or hidden from the header's menu, remembered by their ids.
#include "ui/widgets/DataTable.h"
#include "ui/widgets/TableParts.h"

#include <QAction>
#include <QMenu>
#include <QSettings>
#include <QTableView>

#include <algorithm>

namespace tower {

namespace {

int leastWidth(CellKind kind)
{
    switch (kind) {
    case CellKind::Key:
        return 96;
    case CellKind::Pill:
        return 104;
    case CellKind::Number:
    case CellKind::Time:
        return 52;
    case CellKind::Text:
        break;
    }
    return 48;
}

} // namespace

void DataTable::showHeaderMenu(const QPoint &at)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int i = 0; i < m_model.columnCount(); ++i) {
        auto *action = menu->addAction(m_model.column(i).title);
        action->setCheckable(true);
        action->setChecked(!m_header->isSectionHidden(i));
        // The last visible column stays: an empty table has no header to bring columns back with.
        action->setEnabled(m_header->isSectionHidden(i) ||
                           m_header->hiddenSectionCount() < m_model.columnCount() - 1);
        connect(action, &QAction::toggled, this, [this, i](bool shown) {
            m_header->setSectionHidden(i, !shown);
            saveColumns();
            fitColumns();
        });
    }
    menu->popup(m_header->mapToGlobal(at));
}

/// Columns give way to a narrow view down to what still tells something; only then is there scrolling.
void DataTable::fitColumns()
{
    if (m_fitting || m_wanted.isEmpty())
        return;
    int wanted = 0;
    int least = 0;
    for (int i = 0; i < m_wanted.size(); ++i) {
        if (m_header->isSectionHidden(i))
            continue;
        wanted += m_wanted[i];
        least += std::min(m_wanted[i], leastWidth(m_model.column(i).kind));
    }
    const int missing = std::clamp(wanted - m_view->viewport()->width(), 0, wanted - least);
    m_fitting = true;
    for (int i = 0; i < m_wanted.size(); ++i) {
        if (m_header->isSectionHidden(i))
            continue;
        const int spare = m_wanted[i] - std::min(m_wanted[i], leastWidth(m_model.column(i).kind));
        const int less = missing == 0 ? 0 : (missing * spare + wanted - least - 1) / (wanted - least);
        m_header->resizeSection(i, m_wanted[i] - less);
    }
    // The last one takes what is left, now.
    m_header->setStretchLastSection(false);
    m_header->setStretchLastSection(true);
    m_fitting = false;
}

void DataTable::restoreColumns()
{
    for (int i = 0; i < m_model.columnCount(); ++i) {
        m_wanted.append(m_model.column(i).width);
        m_header->resizeSection(i, m_model.column(i).width);
        m_header->setSectionHidden(i, !m_model.column(i).shown);
    }
    if (!m_settings)
        return;
    int place = 0;
    const QStringList saved = m_settings->value(QStringLiteral("tables/%1/columns").arg(m_id)).toStringList();
    for (const QString &entry : saved) {
        const QStringList parts = entry.split(QLatin1Char(':'));
        for (int i = 0; parts.size() == 3 && i < m_model.columnCount(); ++i) {
            if (m_model.column(i).id != parts[0])
                continue;
            m_header->moveSection(m_header->visualIndex(i), place++);
            if (const int width = parts[1].toInt(); width > 0) {
                m_wanted[i] = width;
                m_header->resizeSection(i, width);
            }
            m_header->setSectionHidden(i, parts[2] == QLatin1String("hidden"));
        }
    }
}

void DataTable::saveColumns() const
{
    // The header speaks once more while its model goes.
    if (!m_settings || m_view->model() != &m_model)
        return;
    QStringList entries;
    for (int visual = 0; visual < m_header->count(); ++visual) {
        const int i = m_header->logicalIndex(visual);
        const bool hidden = m_header->isSectionHidden(i);
        entries.append(QStringLiteral("%1:%2:%3")
                           .arg(m_model.column(i).id)
                           .arg(m_wanted[i])
                           .arg(hidden ? QStringLiteral("hidden") : QStringLiteral("shown")));
    }
    m_settings->setValue(QStringLiteral("tables/%1/columns").arg(m_id), entries);
}

} // namespace tower
