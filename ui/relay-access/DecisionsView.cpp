// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/DecisionsView.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QVBoxLayout>

namespace tower {

namespace {

QString npubOf(const QString &hex)
{
    const auto key = PubKey::fromHex(hex);
    return key ? QString::fromLatin1(toNpub(*key)) : hex;
}

std::vector<Column<PolicyLogEntry>> columns()
{
    using Entry = PolicyLogEntry;
    return {
        {.info = {"at", DecisionsView::tr("When"), CellKind::Time, {}, 80},
         .time = [](const Entry &e) { return std::optional(e.at); }},
        {.info = {"action", DecisionsView::tr("Answer"), CellKind::Pill, {}, 90},
         .pill = [](const Entry &e) { return lookOfPolicyAction(e.action); },
         .raw = [](const Entry &e) { return e.action; }},
        {.info = {"reason", DecisionsView::tr("Reason"), CellKind::Text, {}, 140},
         .text = [](const Entry &e) { return e.reason; }},
        {.info = {"pubkey", DecisionsView::tr("Author"), CellKind::Key, {}, 160},
         .text = [](const Entry &e) { return npubOf(e.pubkey); }},
        {.info = {"kind", DecisionsView::tr("Kind"), CellKind::Text, {}, 100},
         .text = [](const Entry &e) { return e.kind < 0 ? QString() : wordOfKind(e.kind); },
         .raw = [](const Entry &e) { return e.kind < 0 ? QString() : QString::number(e.kind); }},
        {.info = {"event_id", DecisionsView::tr("Event"), CellKind::Key, {}, 140},
         .text = [](const Entry &e) { return e.eventId; }},
        {.info = {"micros", DecisionsView::tr("Took"), CellKind::Number, {}, 80},
         .text = [](const Entry &e) { return DecisionsView::tr("%1 µs").arg(words::grouped(e.micros)); },
         .raw = [](const Entry &e) { return QString::number(e.micros); }},
        {.info = {"source", DecisionsView::tr("From"), CellKind::Text, {}, 140},
         .text = [](const Entry &e) { return e.source; }},
    };
}

} // namespace

DecisionsView::DecisionsView(Core &core, QSettings *settings, QWidget *parent)
    : QWidget(parent)
    , m_core(core)
    , m_filter(std::make_shared<PolicyLogFilter>())
    , m_health(captionLabel({}, this))
{
    RowSource<PolicyLogEntry> source{
        .key = [](const PolicyLogEntry &e) { return QString::number(e.id); },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                m_core.run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.policyLog.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
    };
    m_model = new KeyedModel<PolicyLogEntry>(columns(), std::move(source), this);
    m_table = new DataTable(QStringLiteral("policy-decisions"), *m_model, settings, this);
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("relay"),
                      tr("What the relay asks and what it is told will appear here."),
                      tr("No answer of this kind lately."));
    auto *action = new QComboBox(this);
    action->setAccessibleName(tr("Which answers"));
    action->addItem(tr("All answers"), QString());
    action->addItem(tr("Accepted"), QStringLiteral("accept"));
    action->addItem(tr("Held for moderation"), QStringLiteral("shadowReject"));
    action->addItem(tr("Rejected"), QStringLiteral("reject"));
    m_table->addFilter(action);
    connect(action, &QComboBox::currentIndexChanged, this, [this, action] {
        m_filter->action = action->currentData().toString();
        m_table->setFiltered(!m_filter->action.isEmpty());
        m_model->restart();
    });
    auto *why = new QAction(icon(QStringLiteral("why")), tr("Why?"), this);
    m_table->addTableAction(why);
    connect(why, &QAction::triggered, this, [this] {
        if (const auto *entry = m_model->find(m_table->currentKey()); entry && !entry->pubkey.isEmpty())
            emit asksWhy(entry->pubkey);
    });

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, measure::grid, 0, 0);
    layout->addWidget(m_health);
    layout->addWidget(m_table, 1);
    connect(&m_core, &Core::policyAnswered, this, [this] {
        if (isVisible() && !m_model->isLoading())
            reload();
    });
}

void DecisionsView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    reload();
}

void DecisionsView::reload()
{
    m_model->refresh();
    m_core.run(
        this, [](Services &s) { return s.policyLog.health(); },
        [this](const PolicyHealth &health) {
            const QLocale locale;
            m_health->setText(
                tr("%1 accepted · %2 held · %3 rejected · %4 in the last minute · p50 %5 ms · p99 %6 ms")
                    .arg(locale.toString(static_cast<qlonglong>(health.accepted)),
                         locale.toString(static_cast<qlonglong>(health.shadowRejected)),
                         locale.toString(static_cast<qlonglong>(health.rejected)),
                         locale.toString(static_cast<qlonglong>(health.lastMinute)),
                         locale.toString(health.p50Ms, 'f', 2), locale.toString(health.p99Ms, 'f', 2)));
        });
}

} // namespace tower
