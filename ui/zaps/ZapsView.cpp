// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapsView.h"

#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/zaps/ZapDetail.h"
#include "ui/zaps/ZapLooks.h"
#include "ui/zaps/ZapRemedy.h"

#include <QVBoxLayout>

namespace tower {

ZapsView::ZapsView(const PageContext &context, QWidget *parent)
    : RecordsView(context, {"zap", {"outgoing"}, "zaps", {620, 380}}, parent)
    , m_filter(std::make_shared<ZapFilter>())
    , m_model(makeZapModel(context.core, m_filter, this))
    , m_confirm(new ConfirmBar(this))
{
    for (const ZapState state : {ZapState::Intent, ZapState::Paying, ZapState::Paid, ZapState::Failed,
                                 ZapState::Unknown, ZapState::Skipped})
        addState(lookOf(state).word, toText(state));
    body()->addWidget(m_confirm);
    build(*m_model);
    table()->setFilterHint(tr("Whole npub, key or zap id"));
    table()->setEmpty(QStringLiteral("zap"),
                      tr("Sats that Timmy sends will appear here: to trusted customers when their work is "
                         "done, and what you send by hand."),
                      tr("No zap matches the filter."));
    table()->setEmptyAction(tr("Send a zap"), [this] { emit asksToSend(); });
}

ZapDetail *ZapsView::detail() const
{
    return qobject_cast<ZapDetail *>(panel()->content());
}

void ZapsView::setFilter(const QString &state, const std::optional<PubKey> &key)
{
    *m_filter = {.state = zapStateFromText(state), .recipient = key};
}

void ZapsView::readDetail(const QString &id)
{
    readStory(
        id, zapStoryOf, [this](const ZapStory &story) { present(story); },
        tr("There is no zap with this id."));
}

void ZapsView::present(const ZapStory &story)
{
    if (auto *detail = shown<ZapDetail>(story.zap.id)) {
        detail->show(story);
        return;
    }
    m_confirm->hide(); // its question was about another one
    auto *made = new ZapDetail(context(), story);
    connect(made->remedy(), &ZapRemedy::confirmAsked, m_confirm, &ConfirmBar::ask);
    panel()->present(tr("Zap"), made);
    table()->select(story.zap.id);
}

void ZapsView::readRows(const std::vector<QString> &ids)
{
    readChangedRows(
        context().core, m_model, ids, [](Services &s, const QString &id) { return s.zaps.find(id); },
        [this](const Zap &zap) { return matches(*m_filter, zap); });
}

} // namespace tower
