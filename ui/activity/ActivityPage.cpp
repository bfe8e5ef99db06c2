// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/ActivityPage.h"

#include "ui/activity/ActivityDetail.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Pill.h"

#include <QComboBox>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

namespace tower {

namespace {

std::vector<Column<ActivityRow>> columns()
{
    return {
        {.info = {"at", ActivityPage::tr("When"), CellKind::Time, {}, 80},
         .time = [](const ActivityRow &r) { return std::optional(r.at); }},
        {.info = {"actor", ActivityPage::tr("Who"), CellKind::Text, {}, 150},
         .text = [](const ActivityRow &r) { return words::shortened(r.entry.actor, 14, 6); },
         .raw = [](const ActivityRow &r) { return r.entry.actor; }},
        {.info = {"action", ActivityPage::tr("What"), CellKind::Text, {}, 150},
         .text = [](const ActivityRow &r) { return r.entry.action; }},
        {.info = {"subject", ActivityPage::tr("Of"), CellKind::Key, {}, 170},
         .text = [](const ActivityRow &r) { return r.entry.subject; }},
        {.info = {"reason", ActivityPage::tr("Reason"), CellKind::Text, {}, 280},
         .text = [](const ActivityRow &r) { return r.entry.reason; }},
        {.info = {"id", ActivityPage::tr("Number"), CellKind::Number, {}, 80, false},
         .text = [](const ActivityRow &r) { return QString::number(r.id); }},
        {.info = {"hash", ActivityPage::tr("Hash"), CellKind::Key, {}, 150, false},
         .text = [](const ActivityRow &r) { return QString::fromLatin1(r.hash); }},
    };
}

} // namespace

ActivityPage::ActivityPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Activity"), context, parent)
    , m_filter(std::make_shared<ActivityFilter>())
    , m_panel(new DetailPanel(this))
    , m_actor(new FilterBox(this))
    , m_action(new FilterBox(this))
    , m_since(new QComboBox(this))
    , m_chain(new Pill({tr("chain not checked"), PillShape::Ring, Tone::Neutral}, this))
    , m_verify(new QPushButton(icon(QStringLiteral("verify")), tr("Verify"), this))
{
    RowSource<ActivityRow> source{
        .key = [](const ActivityRow &r) { return QString::number(r.id); },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                core().run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.activity.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before = [](const ActivityRow &a, const ActivityRow &b) { return a.id > b.id; },
    };
    m_model = new KeyedModel<ActivityRow>(columns(), std::move(source), this);
    m_table = new DataTable(QStringLiteral("activity"), *m_model, &context.settings, this);
    addHeaderWidget(m_chain);
    addHeaderWidget(m_verify);

    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_table);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({700, 340});
    rememberSplitter(splitter, &context.settings, QStringLiteral("activity"));
    content()->addWidget(splitter, 1);

    buildFilters();
    connect(m_verify, &QPushButton::clicked, this, &ActivityPage::verify);
    connect(m_table, &DataTable::activated, this, &ActivityPage::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        if (keys.size() == 1 && m_panel->isVisible())
            showDetail(keys.first());
    });
    connect(&core(), &Core::changed, this, &ActivityPage::follow);
    m_model->restart();
}

ActivityPage::~ActivityPage()
{
    if (m_cancelled)
        *m_cancelled = true;
}

void ActivityPage::buildFilters()
{
    m_table->setFilterHint(tr("Subject: key, event or job"));
    m_table->setEmpty(QStringLiteral("activity"),
                      tr("Every decision, by a person or a rule, will appear here."),
                      tr("No decision matches the filter."));
    connect(m_table, &DataTable::filterChanged, this, [this](const QString &text) {
        m_filter->subject = text;
        restart();
    });
    const auto add = [this](FilterBox *box, const QString &hint, QString ActivityFilter::*field) {
        box->setPlaceholderText(hint);
        box->setAccessibleName(hint);
        box->setMinimumWidth(110);
        m_table->addFilter(box);
        connect(box, &FilterBox::filterChanged, this, [this, field](const QString &text) {
            (*m_filter).*field = text;
            restart();
        });
    };
    add(m_actor, tr("Who: console, auto…"), &ActivityFilter::actor);
    add(m_action, tr("What: relay. …"), &ActivityFilter::action);
    m_since->setAccessibleName(tr("Since when"));
    m_since->addItem(tr("Any time"), 0);
    m_since->addItem(tr("Last 24 hours"), 1);
    m_since->addItem(tr("Last 7 days"), 7);
    m_since->addItem(tr("Last 30 days"), 30);
    m_table->addFilter(m_since);
    connect(m_since, &QComboBox::currentIndexChanged, this, [this] {
        const int back = m_since->currentData().toInt();
        m_filter->since = back == 0 ? std::optional<Millis>() : m_model->now() - days(back);
        restart();
    });
}

void ActivityPage::restart()
{
    m_table->setFiltered(!m_filter->actor.isEmpty() || !m_filter->action.isEmpty() ||
                         !m_filter->subject.isEmpty() || m_filter->since);
    m_model->restart();
}

void ActivityPage::open(const QString &key)
{
    m_table->filterBox()->setText(key);
    m_filter->subject = key;
    restart();
}

void ActivityPage::showDetail(const QString &key)
{
    if (const ActivityRow *row = m_model->find(key))
        m_panel->present(tr("Decision %1").arg(row->id), new ActivityDetail(*row));
}

void ActivityPage::verify()
{
    if (m_cancelled) {
        *m_cancelled = true;
        return;
    }
    m_cancelled = std::make_shared<std::atomic_bool>(false);
    m_verify->setText(tr("Cancel"));
    m_chain->setLook({tr("checking…"), PillShape::Ring, Tone::Info});
    startWork();
    const auto finish = [this] {
        endWork();
        m_cancelled.reset();
        m_verify->setText(tr("Verify"));
    };
    core().runLater(
        this,
        [cancelled = m_cancelled](Services &s) {
            return s.control.verifyActivity([cancelled] { return cancelled->load(); });
        },
        [this, finish](const ChainReport &report) {
            const bool cancelled = m_cancelled && *m_cancelled;
            finish();
            if (cancelled)
                m_chain->setLook({tr("chain not checked"), PillShape::Ring, Tone::Neutral});
            else
                showReport(report);
        },
        [this, finish](const ServiceError &error) {
            finish();
            m_chain->setLook({tr("chain not checked"), PillShape::Ring, Tone::Neutral});
            sayError(error);
        });
}

void ActivityPage::showReport(const ChainReport &report)
{
    const QString rows = QLocale().toString(static_cast<qlonglong>(report.rows));
    if (report.ok) {
        m_chain->setLook({tr("chain whole, %1 rows").arg(rows), PillShape::Dot, Tone::Good});
        m_chain->setToolTip(tr("Head: %1").arg(QString::fromLatin1(report.head)));
        return;
    }
    m_chain->setLook({tr("chain broken"), PillShape::Triangle, Tone::Bad});
    message()->say(Tone::Bad, tr("The chain breaks at row %1. %2").arg(report.firstBadId).arg(report.detail));
}

bool ActivityPage::wants(const ActivityRow &row) const
{
    const ActivityEntry &e = row.entry;
    const bool action = m_filter->action.endsWith(QLatin1Char('.')) ? e.action.startsWith(m_filter->action)
                                                                    : e.action == m_filter->action;
    return (m_filter->actor.isEmpty() || e.actor == m_filter->actor) &&
           (m_filter->action.isEmpty() || action) &&
           (m_filter->subject.isEmpty() || e.subject == m_filter->subject) &&
           (!m_filter->since || row.at >= *m_filter->since);
}

void ActivityPage::follow(const std::vector<Change> &changes)
{
    std::vector<std::int64_t> ids;
    for (const Change &change : changes) {
        if (change.kind == QLatin1String("activity"))
            ids.push_back(change.id.toLongLong());
    }
    constexpr std::size_t many = 500;
    if (ids.size() > many)
        m_model->refresh();
    if (ids.empty() || ids.size() > many)
        return;
    core().run(
        this,
        [ids](Services &s) {
            std::vector<ActivityRow> rows;
            for (const std::int64_t id : ids) {
                if (auto row = s.activity.find(id))
                    rows.push_back(std::move(*row));
            }
            return rows;
        },
        [this](const std::vector<ActivityRow> &rows) {
            for (const ActivityRow &row : rows) {
                if (wants(row))
                    m_model->upsert(row);
            }
        });
}

} // namespace tower
