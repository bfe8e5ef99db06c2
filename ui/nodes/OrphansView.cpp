// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/nodes/OrphansView.h"

#include "ui/nodes/NodeLooks.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"

#include <QAction>
#include <QVBoxLayout>

#include <numeric>

namespace tower {

namespace {

QString countOf(const std::vector<CloudThing> &things)
{
    std::vector<CloudKind> kinds;
    for (const CloudThing &thing : things)
        kinds.push_back(thing.kind);
    return tower::countOf(kinds);
}

std::int64_t monthlyCentsOf(const std::vector<CloudThing> &things)
{
    return std::accumulate(
        things.begin(), things.end(), std::int64_t{0},
        [](std::int64_t sum, const CloudThing &thing) { return sum + thing.monthlyCents; });
}

} // namespace

OrphansView::OrphansView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_model(makeOrphanModel(
          context.core, [this](const SweepReport &report) { show(report); }, this))
    , m_table(new DataTable(QStringLiteral("orphans"), *m_model, &context.settings, this))
    , m_totals(captionLabel({}, this))
    , m_confirm(new ConfirmBar(this))
    , m_problem(new InlineMessage(this))
    , m_message(new InlineMessage(this))
    , m_sweep(new QAction(icon(QStringLiteral("refresh")), tr("Sweep now"), this))
    , m_delete(new QAction(icon(QStringLiteral("close")), tr("Delete…"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card({}, this);
    layout->addWidget(card);
    m_problem->setClosable(false);
    for (QWidget *part : QWidgetList{m_problem, m_message, m_confirm})
        card->body()->addWidget(part);
    card->body()->addWidget(m_table, 1);
    card->body()->addWidget(m_totals);
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("node"),
                      tr("Nothing is left at the provider that no node of ours accounts for. What a sweep "
                         "finds will appear here with what it costs."),
                      {});
    m_table->setEmptyAction(tr("Sweep now"), [this] { sweep(); });
    buildActions();
    connect(&m_context.core, &Core::swept, this, &OrphansView::reload);
    m_model->restart();
}

void OrphansView::buildActions()
{
    m_sweep->setToolTip(tr("Compares what carries our tag at the provider with the nodes here"));
    m_delete->setToolTip(tr("Deletes what is selected at the provider"));
    m_delete->setEnabled(false);
    m_table->addTableAction(m_sweep);
    m_table->addTableAction(m_delete);
    connect(m_sweep, &QAction::triggered, this, &OrphansView::sweep);
    connect(m_delete, &QAction::triggered, this, &OrphansView::askToDelete);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        m_delete->setEnabled(!m_table->selectedKeys().isEmpty());
        m_confirm->hide(); // it was about another selection
    });
    connect(m_table, &DataTable::activated, this, [this](const QString &key) {
        const Orphan *orphan = m_model->find(key);
        if (orphan && !orphan->jobId.isEmpty())
            emit asksNode(orphan->jobId);
    });
}

QString OrphansView::totals() const
{
    return m_totals->text();
}

void OrphansView::reload()
{
    m_model->refresh();
}

void OrphansView::show(const SweepReport &report)
{
    const QString swept = report.at ? tr("Last swept at %1.").arg(words::absolute(*report.at))
                                    : tr("Not swept yet since the start.");
    std::vector<CloudThing> things;
    for (const Orphan &orphan : report.orphans)
        things.push_back(orphan.thing);
    if (things.empty())
        m_totals->setText(swept);
    else
        m_totals->setText(
            tr("%1: %2 a month. %3").arg(countOf(things), dollarsOf(report.monthlyCents), swept));
    if (report.problem.isEmpty())
        m_problem->hide();
    else
        m_problem->say(Tone::Warn, tr("The last sweep failed: %1").arg(report.problem), tr("Sweep again"),
                       [this] { sweep(); });
    emit found(static_cast<int>(things.size()));
}

void OrphansView::sweep()
{
    m_sweep->setEnabled(false);
    m_message->hide();
    emit started();
    m_context.core.runTask(
        this, [](Services &s) { return s.nodeSweep.sweep(); },
        [this](const SweepReport &) {
            m_sweep->setEnabled(true);
            emit ended();
            reload();
        },
        [this](const ServiceError &error) {
            m_sweep->setEnabled(true);
            emit ended();
            m_message->say(Tone::Bad, error.message());
        });
}

std::vector<CloudThing> OrphansView::chosen() const
{
    std::vector<CloudThing> out;
    for (const QString &key : m_table->selectedKeys()) {
        if (const Orphan *orphan = m_model->find(key))
            out.push_back(orphan->thing);
    }
    return out;
}

void OrphansView::askToDelete()
{
    const std::vector<CloudThing> things = chosen();
    if (things.empty())
        return;
    m_message->hide();
    const QString verb = tr("Delete %1").arg(countOf(things));
    m_confirm->ask(
        tr("%1 (%2 a month)? All that is kept there is lost.").arg(verb, dollarsOf(monthlyCentsOf(things))),
        verb, [this, things] { remove(things); });
}

void OrphansView::remove(const std::vector<CloudThing> &things)
{
    m_delete->setEnabled(false);
    m_message->say(Tone::Info, tr("Deleting %1…").arg(countOf(things)));
    emit started();
    m_context.core.runTask(
        this,
        [things, actor = m_context.actor](Services &s) { return removeOrphans(s.nodeSweep, things, actor); },
        [this](const Removal &removal) {
            emit ended();
            m_delete->setEnabled(!m_table->selectedKeys().isEmpty());
            if (removal.problem.isEmpty())
                m_message->say(Tone::Good, tr("Deleted %n thing(s).", nullptr, removal.removed));
            else
                m_message->say(
                    Tone::Bad,
                    tr("%1 Deleted before that: %2.").arg(removal.problem, words::grouped(removal.removed)));
            reload();
        },
        [this](const ServiceError &error) {
            emit ended();
            m_delete->setEnabled(true);
            m_message->say(Tone::Bad, error.message());
        });
}

} // namespace tower
