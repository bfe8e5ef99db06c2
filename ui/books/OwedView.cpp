// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/books/OwedView.h"

#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/MoneyLooks.h"

#include <QAction>
#include <QComboBox>
#include <QVBoxLayout>

namespace tower {

namespace {

QString wordOf(RefundOwner owner)
{
    switch (owner) {
    case RefundOwner::Job:
        return OwedView::tr("job");
    case RefundOwner::Session:
        return OwedView::tr("session");
    case RefundOwner::Node:
        return OwedView::tr("node");
    }
    return {};
}

std::vector<Column<Refund>> columns()
{
    return {
        {.info = {"state", OwedView::tr("State"), CellKind::Pill, {}, 108},
         .pill = [](const Refund &r) { return lookOf(r.state); },
         .raw = [](const Refund &r) { return toText(r.state); }},
        {.info = {"sats", OwedView::tr("Sats"), CellKind::Number, {}, 80},
         .text = [](const Refund &r) { return words::grouped(r.amount.value()); },
         .raw = [](const Refund &r) { return QString::number(r.amount.value()); }},
        {.info = {"owner_kind", OwedView::tr("Of a"), CellKind::Text, {}, 80},
         .text = [](const Refund &r) { return wordOf(r.ownerKind); }},
        {.info = {"owner_id", OwedView::tr("Which"), CellKind::Key, {}, 180},
         .text = [](const Refund &r) { return r.ownerId; }},
        {.info = {"created_at", OwedView::tr("Owed since"), CellKind::Time, {}, 90},
         .time = [](const Refund &r) { return std::optional(r.createdAt); }},
        {.info = {"paid_at", OwedView::tr("Paid back"), CellKind::Time, {}, 90},
         .time = [](const Refund &r) { return r.paidAt; }},
        {.info = {"account", OwedView::tr("Account"), CellKind::Key, {}, 180},
         .text = [](const Refund &r) { return r.account.name(); }},
    };
}

} // namespace

OwedView::OwedView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_core(context.core)
    , m_filter(std::make_shared<RefundFilter>())
    , m_state(new QComboBox(this))
{
    RowSource<Refund> source{
        .key = [](const Refund &r) { return r.account.name(); },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                m_core.run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.refunds.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
    };
    m_model = new KeyedModel<Refund>(columns(), std::move(source), this);
    m_table = new DataTable(QStringLiteral("refunds"), *m_model, &context.settings, this);
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("undo"),
                      tr("What customers overpaid, and what failed work cost them, will appear here until it "
                         "is paid back."),
                      tr("Nothing is in this state."));
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), -1);
    for (const RefundState state : {RefundState::Pending, RefundState::Paying, RefundState::Paid})
        m_state->addItem(lookOf(state).word, static_cast<int>(state));
    m_table->addFilter(m_state);
    auto *go = new QAction(icon(QStringLiteral("work")), tr("Pay back…"), this);
    m_table->addTableAction(go);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, measure::grid, 0, 0);
    layout->addWidget(m_table, 1);

    const auto lead = [this](const QString &key) {
        if (const Refund *refund = m_model->find(key))
            emit asksWork(toText(refund->ownerKind) + QLatin1Char(':') + refund->ownerId);
    };
    connect(m_table, &DataTable::activated, this, lead);
    connect(go, &QAction::triggered, this, [this, lead] { lead(m_table->currentKey()); });
    connect(m_state, &QComboBox::currentIndexChanged, this, [this] {
        const int chosen = m_state->currentData().toInt();
        m_filter->state = chosen < 0 ? std::optional<RefundState>() : static_cast<RefundState>(chosen);
        m_table->setFiltered(m_filter->state.has_value());
        m_model->restart();
    });
    m_model->restart();
}

void OwedView::follow(const std::vector<Change> &changes)
{
    if (std::any_of(changes.begin(), changes.end(),
                    [](const Change &change) { return change.kind == QLatin1String("refund"); }))
        m_model->refresh();
}

} // namespace tower
