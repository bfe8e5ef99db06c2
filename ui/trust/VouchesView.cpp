// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trust/VouchesView.h"

#include "core/nostr/Nip19.h"
#include "ui/trust/VouchGraphView.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"

#include <QAction>
#include <QLineEdit>
#include <QVBoxLayout>

namespace tower {

namespace {

std::vector<Column<VouchLine>> columns()
{
    return {
        {.info = {"direction", VouchesView::tr("Vouch"), CellKind::Text, {}, 64},
         .text = [](const VouchLine &l) { return l.given ? VouchesView::tr("for") : VouchesView::tr("by"); }},
        {.info = {"pubkey", VouchesView::tr("Identity"), CellKind::Key, {}, 140},
         .text = [](const VouchLine &l) { return QString::fromLatin1(toNpub(l.edge.other.pubkey)); }},
        {.info = {"tier", VouchesView::tr("Now"), CellKind::Pill, {}, 100},
         .tooltip = [](const VouchLine &l) { return VouchesView::tr("Score %1").arg(l.edge.other.score); },
         .pill = [](const VouchLine &l) { return lookOf(l.edge.other.tier); },
         .raw = [](const VouchLine &l) { return toText(l.edge.other.tier); }},
        {.info = {"access", VouchesView::tr("Access"), CellKind::Pill, {}, 80, false},
         .pill = [](const VouchLine &l) { return lookOf(l.edge.otherAccess); },
         .raw = [](const VouchLine &l) { return toText(l.edge.otherAccess); }},
        {.info = {"boost", VouchesView::tr("Boost"), CellKind::Number, {}, 60},
         .text = [](const VouchLine &l) { return words::grouped(l.edge.vouch.boost); },
         .raw = [](const VouchLine &l) { return QString::number(l.edge.vouch.boost); }},
        {.info = {"created_at", VouchesView::tr("When"), CellKind::Time, {}, 64},
         .time = [](const VouchLine &l) { return std::optional(l.edge.vouch.createdAt); }},
        {.info = {"revoked_at", VouchesView::tr("Revoked"), CellKind::Time, {}, 70},
         .tooltip = [](const VouchLine &l) { return l.edge.vouch.revokeReason; },
         .time = [](const VouchLine &l) { return l.edge.vouch.revokedAt; }},
    };
}

} // namespace

VouchesView::VouchesView(QSettings *settings, QWidget *parent)
    : QWidget(parent)
    , m_picture(new VouchGraphView(this))
    , m_confirm(new ConfirmBar(this))
    , m_reason(new QLineEdit(this))
    , m_revoke(new QAction(icon(QStringLiteral("revoke")), tr("Revoke the vouch…"), this))
{
    m_model = new KeyedModel<VouchLine>(columns(),
                                        {.key = [](const VouchLine &l) { return l.edge.vouch.id; },
                                         .fetch =
                                             [this](const QString &, int, auto done, auto) {
                                                 Page<VouchLine> page;
                                                 page.items = m_lines;
                                                 page.total = static_cast<std::int64_t>(m_lines.size());
                                                 done(std::move(page));
                                             }},
                                        this);
    m_table = new DataTable(QStringLiteral("vouches"), *m_model, settings, this);
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("trust"), tr("Vouches by elite members will appear here."), {});
    m_table->addTableAction(m_revoke);
    m_revoke->setEnabled(false);
    m_reason->setPlaceholderText(tr("Reason for revoking a vouch"));
    m_reason->setAccessibleName(m_reason->placeholderText());

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, measure::grid, 0, 0);
    auto *caption = captionLabel(tr("Vouched for by, and vouched for"), this);
    layout->addWidget(caption);
    layout->addWidget(m_picture);
    layout->addWidget(m_confirm);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_reason);

    connect(m_picture, &VouchGraphView::chosen, this, &VouchesView::asksIdentity);
    connect(m_revoke, &QAction::triggered, this, &VouchesView::revokeSelected);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const VouchLine *line = m_model->find(m_table->currentKey());
        m_revoke->setEnabled(line && !line->edge.vouch.revokedAt);
    });
    connect(m_table, &DataTable::activated, this, [this](const QString &id) {
        if (const VouchLine *line = m_model->find(id))
            emit asksIdentity(line->edge.other.pubkey);
    });
}

void VouchesView::show(const Identity &centre, const VouchGraph &graph)
{
    m_lines.clear();
    for (const VouchEdge &edge : graph.received)
        m_lines.push_back({edge, false});
    for (const VouchEdge &edge : graph.given)
        m_lines.push_back({edge, true});
    m_picture->show(centre, graph);
    m_picture->setVisible(!m_lines.empty());
    m_reason->setVisible(!m_lines.empty());
    m_model->refresh();
}

void VouchesView::revokeSelected()
{
    const VouchLine *line = m_model->find(m_table->currentKey());
    if (!line || line->edge.vouch.revokedAt)
        return;
    m_confirm->ask(tr("Revoke 1 vouch? Its boost of %1 is taken back, and neither of the two can repeat it.")
                       .arg(line->edge.vouch.boost),
                   tr("Revoke the vouch"), [this, id = line->edge.vouch.id] {
                       emit revokes(id, m_reason->text().trimmed());
                       m_reason->clear();
                   });
}

} // namespace tower
