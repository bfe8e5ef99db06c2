// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pool/PoolPage.h"

#include "core/nostr/Nip19.h"
#include "ui/pool/PoolHistory.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Tile.h"

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

namespace tower {

PoolPage::PoolPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Generosity pool"), context, parent)
    , m_filter(std::make_shared<GrantFilter>())
    , m_grantModel(makeGrantModel(core(), m_filter, this))
    , m_balance(new Tile(tr("In the pool"), this))
    , m_days(new Tile(tr("Lasts for"), this))
    , m_credited(new Tile(tr("Credited today"), this))
    , m_absorbed(new Tile(tr("Given today"), this))
    , m_tabs(new QTabWidget(this))
    , m_history(new PoolHistory(context, this))
    , m_grants(new DataTable(QStringLiteral("grants"), *m_grantModel, &context.settings, this))
    , m_budgets(new BudgetForm(this))
    , m_panel(new DetailPanel(this))
{
    auto *add = new QPushButton(tr("Add…"), this);
    add->setAccessibleName(tr("Add to the pool"));
    auto *take = new QPushButton(tr("Take…"), this);
    take->setAccessibleName(tr("Take from the pool"));
    addHeaderWidget(add);
    addHeaderWidget(take);
    connect(add, &QPushButton::clicked, this, [this] { showForm(AdjustForm::Way::Add); });
    connect(take, &QPushButton::clicked, this, [this] { showForm(AdjustForm::Way::Take); });
    content()->addWidget(buildTiles());

    buildGrants();
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_history, tr("History"));
    m_tabs->addTab(m_grants, tr("Grants"));
    m_tabs->addTab(m_budgets, tr("Budgets"));
    auto *card = new Card({}, this);
    card->body()->addWidget(m_tabs);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({680, 320});
    rememberSplitter(splitter, &context.settings, QStringLiteral("pool"));
    content()->addWidget(splitter, 1);

    connect(m_history, &PoolHistory::started, this, &PoolPage::startWork);
    connect(m_history, &PoolHistory::ended, this, &PoolPage::endWork);
    connect(m_history, &PoolHistory::failed, this, [this](const ServiceError &error) { sayError(error); });
    connect(m_budgets, &BudgetForm::submitted, this, &PoolPage::saveBudgets);
    connect(&core(), &Core::changed, this, &PoolPage::follow);
    reload();
    m_grantModel->restart();
}

QWidget *PoolPage::buildTiles()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::between);
    for (Tile *tile : tiles()) {
        tile->setFigure(QStringLiteral("–"));
        layout->addWidget(tile);
    }
    connect(m_balance, &QAbstractButton::clicked, m_tabs, [this] { m_tabs->setCurrentWidget(m_history); });
    connect(m_days, &QAbstractButton::clicked, m_tabs, [this] { m_tabs->setCurrentWidget(m_history); });
    connect(m_credited, &QAbstractButton::clicked, this,
            [this] { goTo(QStringLiteral("books"), QStringLiteral("pool")); });
    connect(m_absorbed, &QAbstractButton::clicked, m_tabs, [this] { m_tabs->setCurrentWidget(m_grants); });
    return row;
}

void PoolPage::buildGrants()
{
    m_grants->setContentsMargins(0, measure::grid, 0, 0);
    m_grants->setFilterHint(tr("Whole npub or key"));
    m_grants->setEmpty(QStringLiteral("pool"),
                       tr("Each time the pool pays for somebody's work, in full or in part, it will appear "
                          "here. Identities get a daily budget from their tier."),
                       tr("No grant matches the filter."));
    m_grants->setEmptyAction(tr("See the budgets"), [this] { m_tabs->setCurrentWidget(m_budgets); });
    auto *since = new QComboBox(this);
    since->setAccessibleName(tr("Since when"));
    since->addItem(tr("Any time"), 0);
    since->addItem(tr("Last 24 hours"), 1);
    since->addItem(tr("Last 7 days"), 7);
    since->addItem(tr("Last 30 days"), 30);
    m_grants->addFilter(since);
    connect(since, &QComboBox::currentIndexChanged, this, [this, since] {
        const int back = since->currentData().toInt();
        m_filter->since = back == 0 ? std::optional<Millis>() : m_grantModel->now() - days(back);
        restartGrants();
    });
    connect(m_grants, &DataTable::filterChanged, this, &PoolPage::filterGrants);
    connect(m_grants, &DataTable::activated, this, [this](const QString &id) {
        const FreeTierGrant *grant = m_grantModel->find(id);
        if (!grant)
            return;
        if (grant->ref.startsWith(QLatin1String("job:")))
            goTo(QStringLiteral("work"), grant->ref);
        else
            goTo(QStringLiteral("trust"), grant->pubkey.text());
    });
}

void PoolPage::filterGrants(const QString &text)
{
    message()->hide();
    m_filter->pubkey.reset();
    try {
        if (!text.trimmed().isEmpty())
            m_filter->pubkey = parsePubKey(text.trimmed());
    } catch (const ServiceError &error) {
        message()->say(Tone::Warn, error.message());
        return;
    }
    restartGrants();
}

void PoolPage::restartGrants()
{
    m_grants->setFiltered(m_filter->pubkey || m_filter->since);
    m_grantModel->restart();
}

void PoolPage::open(const QString &key)
{
    if (key == QLatin1String("budgets")) {
        m_tabs->setCurrentWidget(m_budgets);
    } else if (key == QLatin1String("grants")) {
        m_tabs->setCurrentWidget(m_grants);
    } else if (PubKey::fromHex(key)) {
        m_tabs->setCurrentWidget(m_grants);
        m_grants->filterBox()->setText(key);
        filterGrants(key);
    }
}

void PoolPage::reload()
{
    core().run(
        this, [](Services &s) { return std::pair(s.pool.status(), budgetsOf(s.settings)); },
        [this](const auto &answer) {
            showStatus(answer.first);
            m_budgets->show(answer.second);
        },
        [this](const ServiceError &error) { sayError(error); });
    m_history->reload();
}

void PoolPage::showStatus(const PoolStatus &status)
{
    m_status = status;
    m_balance->setFigure(words::grouped(status.balance.value()), tr("sats"));
    m_balance->setDelta(status.reserved > Sats(0) ? tr("%1 reserved").arg(words::amount(status.reserved))
                                                  : tr("nothing reserved"),
                        0);
    if (status.daysLeft)
        m_days->setFigure(words::grouped(*status.daysLeft), tr("days"));
    else
        m_days->setFigure(QStringLiteral("∞"));
    m_days->setDelta(status.daysLeft ? tr("at the rate of 7 days") : tr("nothing was given in 7 days"), 0);
    m_credited->setFigure(words::grouped(status.credited.today.value()), tr("sats"));
    m_credited->setDelta(tr("7 days: %1").arg(words::amount(status.credited.week)), 0);
    m_absorbed->setFigure(words::grouped(status.absorbed.today.value()), tr("sats"));
    m_absorbed->setDelta(tr("%n grant(s) today", nullptr, static_cast<int>(status.grantsToday)), 0);
    m_credited->setToolTip(tr("%1 in all").arg(words::amount(status.credited.ever)));
    m_absorbed->setToolTip(tr("%1 in all").arg(words::amount(status.absorbed.ever)));
    if (auto *form = qobject_cast<AdjustForm *>(m_panel->content()))
        form->setStatus(status);
}

void PoolPage::showForm(AdjustForm::Way way)
{
    auto *form = new AdjustForm(way, m_status);
    connect(form, &AdjustForm::submitted, this, &PoolPage::adjust);
    connect(form, &AdjustForm::cancelled, m_panel, &DetailPanel::dismiss);
    m_panel->present(way == AdjustForm::Way::Add ? tr("Add to the pool") : tr("Take from the pool"), form);
}

void PoolPage::adjust(Sats sats, const QString &reason)
{
    startWork();
    const QPointer<AdjustForm> form(qobject_cast<AdjustForm *>(m_panel->content()));
    core().run(
        this,
        [sats, reason, actor = context().actor](Services &s) { return s.pool.adjust(sats, reason, actor); },
        [this, sats, form](const PoolStatus &status) {
            endWork();
            showStatus(status);
            if (form && m_panel->content() == form)
                m_panel->dismiss();
            context().undo.tell(sats > Sats(0) ? tr("Added %1 to the pool").arg(words::amount(sats))
                                               : tr("Took %1 from the pool").arg(words::amount(-sats)));
        },
        [this, form](const ServiceError &error) {
            endWork();
            form ? form->say(error.message()) : sayError(error);
        });
}

void PoolPage::saveBudgets(const Settings::Changes &changes)
{
    startWork();
    core().run(
        this,
        [changes, actor = context().actor](Services &s) {
            Settings::Changes former;
            for (const Budget &budget : budgetsOf(s.settings)) {
                if (changes.contains(budget.setting))
                    former[budget.setting] =
                        budget.saved ? std::optional(QString::number(budget.sats)) : std::nullopt;
            }
            s.savedSettings.change(changes, actor);
            return former;
        },
        [this](const Settings::Changes &former) {
            endWork();
            m_budgets->kept();
            reload();
            context().undo.offer(tr("Changed %n daily budget(s)", nullptr, static_cast<int>(former.size())),
                                 [guard = QPointer<PoolPage>(this), former] {
                                     if (guard)
                                         guard->saveBudgets(former);
                                 });
        },
        [this](const ServiceError &error) {
            endWork();
            m_budgets->say(error.message());
        });
}

void PoolPage::follow(const std::vector<Change> &changes)
{
    const auto any = [&changes](auto... kinds) {
        return std::any_of(changes.begin(), changes.end(), [&](const Change &change) {
            return ((change.kind == QLatin1String(kinds)) || ...);
        });
    };
    if (any("pool", "grant", "setting"))
        reload();
    if (any("grant"))
        m_grantModel->refresh();
}

} // namespace tower
