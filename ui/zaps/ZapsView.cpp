// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapsView.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/zaps/ZapDetail.h"
#include "ui/zaps/ZapLooks.h"
#include "ui/zaps/ZapRemedy.h"

#include <QComboBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr std::size_t many = 200; ///< changes that are not worth reading one by one

} // namespace

ZapsView::ZapsView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_filter(std::make_shared<ZapFilter>())
    , m_model(makeZapModel(context.core, m_filter, this))
    , m_table(new DataTable(QStringLiteral("zaps"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_confirm(new ConfirmBar(this))
    , m_state(new QComboBox(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_confirm);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({620, 380});
    rememberSplitter(splitter, &context.settings, QStringLiteral("zaps"));
    layout->addWidget(splitter, 1);
    buildFilters();
    connect(m_table, &DataTable::activated, this, &ZapsView::showDetail);
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
}

void ZapsView::buildFilters()
{
    m_table->setFilterHint(tr("Whole npub, key or zap id"));
    m_table->setEmpty(QStringLiteral("zap"),
                      tr("Sats that Timmy sends will appear here: to trusted customers when their work is "
                         "done, and what you send by hand."),
                      tr("No zap matches the filter."));
    m_table->setEmptyAction(tr("Send a zap"), [this] { emit asksToSend(); });
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), QString());
    for (const ZapState state : {ZapState::Intent, ZapState::Paying, ZapState::Paid, ZapState::Failed,
                                 ZapState::Unknown, ZapState::Skipped})
        m_state->addItem(lookOf(state).word, toText(state));
    m_table->addFilter(m_state);
    connect(m_state, &QComboBox::currentIndexChanged, this, [this] {
        m_filter->state = zapStateFromText(m_state->currentData().toString());
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, &ZapsView::filter);
}

void ZapsView::filter(const QString &text)
{
    const QString wanted = text.trimmed();
    m_filter->recipient.reset();
    try {
        if (!wanted.isEmpty())
            m_filter->recipient = parsePubKey(wanted);
    } catch (const ServiceError &) {
        showDetail(wanted);
        return;
    }
    restart();
}

void ZapsView::restart()
{
    m_table->setFiltered(m_filter->state || m_filter->recipient);
    m_model->restart();
}

void ZapsView::open(const QString &key)
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

ZapDetail *ZapsView::detail() const
{
    return qobject_cast<ZapDetail *>(m_panel->content());
}

void ZapsView::showDetail(const QString &id)
{
    m_detailId = id;
    emit started();
    m_context.core.run(
        this, [id](Services &s) { return zapStoryOf(s, id); },
        [this, id](const std::optional<ZapStory> &story) {
            emit ended();
            if (m_detailId != id)
                return; // another was chosen meanwhile
            if (story) {
                present(*story);
            } else {
                m_detailId.clear();
                emit said(tr("There is no zap with this id."));
            }
        },
        [this](const ServiceError &error) {
            emit ended();
            emit said(error.message());
        });
}

void ZapsView::present(const ZapStory &story)
{
    if (ZapDetail *shown = detail(); shown && shown->id() == story.zap.id && m_panel->isVisible()) {
        shown->show(story);
        return;
    }
    m_confirm->hide(); // its question was about another one
    auto *detail = new ZapDetail(m_context, story);
    connect(detail->remedy(), &ZapRemedy::confirmAsked, m_confirm, &ConfirmBar::ask);
    m_panel->present(tr("Zap"), detail);
    m_table->select(story.zap.id);
}

void ZapsView::follow(const std::vector<Change> &changes)
{
    std::vector<QString> ids;
    bool detailToo = false;
    for (const Change &change : changes) {
        if (change.kind == QLatin1String("zap"))
            ids.push_back(change.id);
        detailToo = detailToo || change.id == m_detailId || change.kind == QLatin1String("outgoing");
    }
    if (detailToo && !m_detailId.isEmpty() && m_panel->isVisible())
        showDetail(m_detailId);
    if (ids.empty())
        return;
    if (ids.size() > many) {
        m_model->refresh();
        return;
    }
    m_context.core.run(
        this,
        [ids](Services &s) {
            std::vector<Zap> found;
            for (const QString &id : ids) {
                if (auto zap = s.zaps.find(id))
                    found.push_back(std::move(*zap));
            }
            return found;
        },
        [this](const std::vector<Zap> &found) {
            for (const Zap &zap : found) {
                if (matches(*m_filter, zap))
                    m_model->upsert(zap);
                else
                    m_model->remove(zap.id);
            }
        });
}

} // namespace tower
