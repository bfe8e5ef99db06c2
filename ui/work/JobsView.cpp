// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/JobsView.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/work/JobDetail.h"

#include <QComboBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int totalsDays = 30;
constexpr std::size_t many = 200; ///< changes that are not worth reading one by one

const QString openState = QStringLiteral("open");

} // namespace

JobsView::JobsView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_filter(std::make_shared<JobFilter>())
    , m_model(makeJobModel(context.core, m_filter, this))
    , m_table(new DataTable(QStringLiteral("jobs"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_state(new QComboBox(this))
    , m_totals(captionLabel({}, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_table, 1);
    card->body()->addWidget(m_totals);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({680, 336});
    rememberSplitter(splitter, &context.settings, QStringLiteral("jobs"));
    layout->addWidget(splitter, 1);
    m_totals->setToolTip(
        tr("Earned: what customers and the pool paid for work. Cost: what the model's tokens "
           "cost at the price of each quote. Evaluations have their own fee."));
    buildFilters();
    connect(m_table, &DataTable::activated, this, &JobsView::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        if (!m_detailId.isEmpty() && keys.size() == 1 && keys.first() != m_detailId)
            showDetail(keys.first());
    });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailId.clear();
        m_table->view()->setFocus();
    });
    m_model->restart();
    reloadTotals();
}

void JobsView::buildFilters()
{
    m_table->setFilterHint(tr("Whole npub, key or job id"));
    m_table->setEmpty(
        QStringLiteral("work"),
        tr("Whoever asks for work over the API makes a job; it will appear here with every step, "
           "its price and what it earned."),
        tr("No job matches the filter."));
    m_table->setEmptyAction(tr("See the API"), [this] {
        if (m_context.goTo)
            m_context.goTo(QStringLiteral("api"), {});
    });
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), QString());
    m_state->addItem(tr("Open"), openState);
    for (const JobState state :
         {JobState::AwaitingEvalPayment, JobState::Evaluating, JobState::AwaitingWorkPayment,
          JobState::Executing, JobState::Complete, JobState::Rejected, JobState::Failed, JobState::Expired})
        m_state->addItem(lookOf(state).word, toText(state));
    m_table->addFilter(m_state);
    connect(m_state, &QComboBox::currentIndexChanged, this, [this] {
        const QString chosen = m_state->currentData().toString();
        m_filter->open = chosen == openState;
        m_filter->state = jobStateFromText(chosen);
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, &JobsView::filter);
}

void JobsView::filter(const QString &text)
{
    const QString wanted = text.trimmed();
    m_filter->pubkey.reset();
    try {
        if (!wanted.isEmpty())
            m_filter->pubkey = parsePubKey(wanted);
    } catch (const ServiceError &) {
        showDetail(wanted);
        return;
    }
    restart();
}

void JobsView::restart()
{
    m_table->setFiltered(m_filter->state || m_filter->open || m_filter->pubkey);
    m_model->restart();
}

void JobsView::open(const QString &key)
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

JobDetail *JobsView::detail() const
{
    return qobject_cast<JobDetail *>(m_panel->content());
}

QString JobsView::totals() const
{
    return m_totals->text();
}

void JobsView::showDetail(const QString &id)
{
    m_detailId = id;
    emit started();
    m_context.core.run(
        this, [id](Services &s) { return jobStoryOf(s, id); },
        [this, id](const std::optional<JobStory> &story) {
            emit ended();
            if (m_detailId != id)
                return; // another was chosen meanwhile
            if (story) {
                present(*story);
            } else {
                m_detailId.clear();
                emit said(tr("There is no job with this id."));
            }
        },
        [this](const ServiceError &error) {
            emit ended();
            emit said(error.message());
        });
}

void JobsView::present(const JobStory &story)
{
    if (JobDetail *shown = detail(); shown && shown->id() == story.job.id && m_panel->isVisible()) {
        shown->show(story);
        return;
    }
    m_panel->present(tr("Job"), new JobDetail(m_context, story));
    m_table->select(story.job.id);
}

void JobsView::reloadTotals()
{
    m_sumAgain = m_summing;
    if (m_summing)
        return;
    m_summing = true;
    const auto finish = [this] {
        m_summing = false;
        if (std::exchange(m_sumAgain, false))
            reloadTotals();
    };
    m_context.core.runLater(
        this,
        [since = m_model->now() - days(totalsDays)](Services &s) { return s.control.workTotals(since); },
        [this, finish](const WorkTotals &totals) {
            m_totals->setVisible(totals.finished > 0);
            m_totals->setText(tr("Last %1 days: %2 jobs earned %3 and cost %4; margin %5 sats")
                                  .arg(totalsDays)
                                  .arg(words::grouped(totals.finished), words::amount(totals.margin.earned),
                                       words::amount(totals.margin.ownCost),
                                       signedFigure(totals.margin.margin())));
            finish();
        },
        [finish](const ServiceError &) { finish(); });
}

void JobsView::follow(const std::vector<Change> &changes)
{
    std::vector<QString> ids;
    bool detailToo = false;
    for (const Change &change : changes) {
        if (change.kind == QLatin1String("job"))
            ids.push_back(change.id);
        detailToo = detailToo || change.id == m_detailId || change.kind == QLatin1String("refund") ||
                    change.kind == QLatin1String("invoice");
    }
    if (detailToo && !m_detailId.isEmpty() && m_panel->isVisible())
        showDetail(m_detailId);
    if (ids.empty())
        return;
    reloadTotals();
    if (ids.size() > many) {
        m_model->refresh();
        return;
    }
    m_context.core.run(
        this,
        [ids](Services &s) {
            std::vector<JobLine> lines;
            for (const QString &id : ids) {
                if (const auto job = s.jobs.find(id))
                    lines.push_back(lineOf(*job, s));
            }
            return lines;
        },
        [this](const std::vector<JobLine> &lines) {
            for (const JobLine &line : lines) {
                if (matches(*m_filter, line.job))
                    m_model->upsert(line);
                else
                    m_model->remove(line.job.id);
            }
        });
}

} // namespace tower
