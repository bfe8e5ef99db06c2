// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/RecordsView.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"

#include <QComboBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr std::size_t many = 200; ///< changes that are not worth reading one by one

} // namespace

RecordsView::RecordsView(const PageContext &context, Kind kind, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_kind(std::move(kind))
    , m_card(new Card({}, this))
    , m_panel(new DetailPanel(this))
    , m_state(new QComboBox(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(m_card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes(m_kind.widths);
    rememberSplitter(splitter, &context.settings, m_kind.tableId);
    layout->addWidget(splitter, 1);
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), QString());
    connect(m_state, &QComboBox::currentIndexChanged, this, &RecordsView::restart);
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailId.clear();
        m_table->view()->setFocus();
    });
}

void RecordsView::build(TableModel &model)
{
    m_model = &model;
    m_table = new DataTable(m_kind.tableId, model, &m_context.settings, this);
    m_table->addFilter(m_state);
    body()->addWidget(m_table, 1);
    connect(m_table, &DataTable::filterChanged, this, &RecordsView::filter);
    connect(m_table, &DataTable::activated, this, &RecordsView::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        if (!m_detailId.isEmpty() && keys.size() == 1 && keys.first() != m_detailId)
            showDetail(keys.first());
    });
    model.restart();
}

void RecordsView::addState(const QString &word, const QString &name)
{
    m_state->addItem(word, name);
}

void RecordsView::filter(const QString &text)
{
    const QString wanted = text.trimmed();
    m_key.reset();
    try {
        if (!wanted.isEmpty())
            m_key = parsePubKey(wanted);
    } catch (const ServiceError &) {
        showDetail(wanted); // no key, so it must be an id
        return;
    }
    restart();
}

void RecordsView::restart()
{
    const QString state = m_state->currentData().toString();
    setFilter(state, m_key);
    m_table->setFiltered(!state.isEmpty() || m_key);
    m_model->restart();
}

void RecordsView::open(const QString &key)
{
    if (const int state = m_state->findData(key); !key.isEmpty() && state >= 0) {
        m_state->setCurrentIndex(state);
    } else if (PubKey::fromHex(key)) {
        m_table->filterBox()->setText(key);
        filter(key);
    } else if (!key.isEmpty()) {
        showDetail(key);
    }
}

void RecordsView::showDetail(const QString &id)
{
    m_detailId = id;
    readDetail(id);
}

void RecordsView::follow(const std::vector<Change> &changes)
{
    std::vector<QString> ids;
    bool detailToo = false;
    for (const Change &change : changes) {
        if (change.kind == m_kind.change)
            ids.push_back(change.id);
        detailToo = detailToo || change.id == m_detailId || m_kind.partChanges.contains(change.kind);
    }
    if (detailToo && !m_detailId.isEmpty() && m_panel->isVisible())
        showDetail(m_detailId);
    if (ids.empty())
        return;
    emit rowsChanged();
    if (ids.size() > many)
        m_model->refresh();
    else
        readRows(ids);
}

} // namespace tower
