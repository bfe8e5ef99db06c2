// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/books/LedgerView.h"

#include "ui/books/PeriodBox.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/MoneyLooks.h"

#include <QComboBox>
#include <QSplitter>
#include <QVBoxLayout>

namespace tower {

namespace {

std::vector<Column<LedgerRow>> ledgerColumns()
{
    const auto account = [](const QString &id, const QString &title, Account Movement::*side) {
        return Column<LedgerRow>{
            .info = {id, title, CellKind::Text, {}, 150},
            .text = [side](const LedgerRow &r) { return wordOfAccount((r.movement.*side).name()); },
            .tooltip = [side](const LedgerRow &r) { return (r.movement.*side).name(); },
            .raw = [side](const LedgerRow &r) { return (r.movement.*side).name(); }};
    };
    return {
        {.info = {"at", LedgerView::tr("When"), CellKind::Time, {}, 64},
         .time = [](const LedgerRow &r) { return std::optional(r.at); }},
        {.info = {"kind", LedgerView::tr("What"), CellKind::Text, {}, 140},
         .text = [](const LedgerRow &r) { return wordOfMovement(r.movement.kind); },
         .raw = [](const LedgerRow &r) { return r.movement.kind; }},
        {.info = {"sats", LedgerView::tr("Sats"), CellKind::Number, {}, 76},
         .text = [](const LedgerRow &r) { return words::grouped(r.movement.sats.value()); },
         .raw = [](const LedgerRow &r) { return QString::number(r.movement.sats.value()); }},
        account(QStringLiteral("debit"), LedgerView::tr("Debit"), &Movement::debit),
        account(QStringLiteral("credit"), LedgerView::tr("Credit"), &Movement::credit),
        {.info = {"ref", LedgerView::tr("Of"), CellKind::Key, {}, 130, false},
         .text = [](const LedgerRow &r) { return r.movement.ref; }},
        {.info = {"unique_key", LedgerView::tr("Key"), CellKind::Key, {}, 150, false},
         .text = [](const LedgerRow &r) { return r.movement.uniqueKey; }},
        {.info = {"id", LedgerView::tr("Number"), CellKind::Number, {}, 70, false},
         .text = [](const LedgerRow &r) { return QString::number(r.id); }},
    };
}

std::vector<Column<AccountBalance>> balanceColumns()
{
    return {
        {.info = {"account", LedgerView::tr("Account"), CellKind::Text, {}, 150},
         .text = [](const AccountBalance &b) { return wordOfAccount(b.account.name()); },
         .tooltip = [](const AccountBalance &b) { return b.account.name(); },
         .raw = [](const AccountBalance &b) { return b.account.name(); }},
        {.info = {"balance_sats", LedgerView::tr("Holds"), CellKind::Number, {}, 90},
         .text = [](const AccountBalance &b) { return words::grouped(b.balance.value()); },
         .raw = [](const AccountBalance &b) { return QString::number(b.balance.value()); }},
    };
}

/// The house's own accounts before those of single jobs, sessions and payments.
void putOwnFirst(std::vector<AccountBalance> &balances)
{
    std::stable_partition(balances.begin(), balances.end(), [](const AccountBalance &b) {
        return !b.account.name().contains(QLatin1Char(':'));
    });
}

/// job:… or session:… of a movement, wherever in it that stands.
QString workOf(const Movement &movement)
{
    for (const QString &name : {movement.debit.name(), movement.credit.name(), movement.uniqueKey}) {
        QString bare = name;
        if (bare.startsWith(QLatin1String("refund:")))
            bare = bare.mid(7);
        const QString kind = bare.section(QLatin1Char(':'), 0, 0);
        if (QStringList{QStringLiteral("job"), QStringLiteral("session"), QStringLiteral("node")}.contains(
                kind))
            return bare.section(QLatin1Char(':'), 0, 1);
    }
    return {};
}

} // namespace

LedgerView::LedgerView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_core(context.core)
    , m_filter(std::make_shared<LedgerFilter>())
    , m_period(new PeriodBox(this))
    , m_kind(new QComboBox(this))
{
    RowSource<LedgerRow> source{
        .key = [](const LedgerRow &r) { return QString::number(r.id); },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                m_core.run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.ledger.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
    };
    m_model = new KeyedModel<LedgerRow>(ledgerColumns(), std::move(source), this);
    m_table = new DataTable(QStringLiteral("ledger"), *m_model, &context.settings, this);
    buildTable();
    buildBalances(&context.settings);

    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(m_table);
    splitter->addWidget(m_balances);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({700, 270});
    rememberSplitter(splitter, &context.settings, QStringLiteral("books"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, measure::grid, 0, 0);
    layout->addWidget(splitter);
    m_model->restart();
    m_balanceModel->restart();
}

void LedgerView::buildTable()
{
    m_table->setFilterHint(tr("Account: pool, wallet, job:…"));
    m_table->setEmpty(QStringLiteral("books"), tr("Every sat that moves will be one row here."),
                      tr("No movement matches the filter."));
    m_kind->setAccessibleName(tr("Which movements"));
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_kind->setMinimumContentsLength(10);
    m_kind->addItem(tr("All movements"), QString());
    for (const QString &kind : movementKinds())
        m_kind->addItem(wordOfMovement(kind), kind);
    m_table->addFilter(m_kind);
    m_table->addFilter(m_period);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        m_filter->kind = m_kind->currentData().toString();
        restart();
    });
    connect(m_period, &PeriodBox::changed, this, [this] {
        m_filter->since = m_period->since();
        m_filter->until = m_period->until();
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, [this](const QString &text) {
        m_filter->account = text.trimmed();
        restart();
    });
    connect(m_table, &DataTable::activated, this, [this](const QString &id) {
        const LedgerRow *row = m_model->find(id);
        if (const QString work = row ? workOf(row->movement) : QString(); !work.isEmpty())
            emit asksWork(work);
    });
}

void LedgerView::buildBalances(QSettings *settings)
{
    RowSource<AccountBalance> source{
        .key = [](const AccountBalance &b) { return b.account.name(); },
        .fetch =
            [this](const QString &, int, auto done, auto failed) {
                m_core.run(
                    this,
                    [](Services &s) {
                        Page<AccountBalance> page;
                        page.items = s.ledger.balances({});
                        putOwnFirst(page.items);
                        page.total = static_cast<std::int64_t>(page.items.size());
                        page.totalIsExact = page.total < PageRequest::maximumLimit;
                        return page;
                    },
                    std::move(done), std::move(failed));
            },
    };
    m_balanceModel = new KeyedModel<AccountBalance>(balanceColumns(), std::move(source), this);
    m_balances = new DataTable(QStringLiteral("balances"), *m_balanceModel, settings, this);
    m_balances->hideFilterBox();
    m_balances->setMinimumWidth(230);
    m_balances->setEmpty(QStringLiteral("books"), tr("What each account holds will appear here."), {});
    connect(m_balances, &DataTable::activated, this, &LedgerView::showAccount);
}

void LedgerView::restart()
{
    m_table->setFiltered(!m_filter->account.isEmpty() || !m_filter->kind.isEmpty() || m_filter->since ||
                         m_filter->until);
    m_model->restart();
}

void LedgerView::showAccount(const QString &account)
{
    m_table->filterBox()->setText(account);
    m_filter->account = account;
    restart();
}

void LedgerView::follow(const std::vector<Change> &changes)
{
    const bool mine = std::any_of(changes.begin(), changes.end(), [this](const Change &change) {
        return change.kind == QLatin1String("ledger") &&
               (m_filter->account.isEmpty() || change.id == m_filter->account);
    });
    const bool any = std::any_of(changes.begin(), changes.end(),
                                 [](const Change &change) { return change.kind == QLatin1String("ledger"); });
    if (mine)
        m_model->refresh();
    if (any)
        m_balanceModel->refresh();
}

} // namespace tower
