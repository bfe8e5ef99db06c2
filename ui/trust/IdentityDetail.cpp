// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trust/IdentityDetail.h"

#include "ui/trust/IdentityForm.h"
#include "ui/trust/VouchesView.h"
#include "ui/widgets/DataTable.h"

#include <QTabWidget>
#include <QVBoxLayout>

namespace tower {

std::optional<IdentityStory> storyOf(Services &services, const PubKey &key)
{
    const auto identity = services.identities.find(key);
    if (!identity)
        return std::nullopt;
    return IdentityStory{*identity, services.relayAccounts.find(key), services.vouches.of(key),
                         services.identities.rules()};
}

IdentityDetail::IdentityDetail(const PageContext &context, const IdentityStory &story, QWidget *parent)
    : QWidget(parent)
    , m_key(story.identity.pubkey)
    , m_tabs(new QTabWidget(this))
    , m_form(new IdentityForm(this))
    , m_history(makeHistoryModel(context.core, m_key, this))
    , m_vouches(new VouchesView(&context.settings, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->addWidget(m_tabs);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_form, tr("Identity"));
    auto *history = new DataTable(QStringLiteral("score-history"), *m_history, &context.settings, this);
    history->hideFilterBox();
    history->setEmpty(QStringLiteral("activity"), tr("Changes of the score will appear here."), {});
    m_tabs->addTab(history, tr("History"));
    m_tabs->addTab(m_vouches, tr("Vouches"));
    show(story);
}

void IdentityDetail::show(const IdentityStory &story)
{
    m_form->show(story.identity, story.account, story.rules);
    m_vouches->show(story.identity, story.vouches);
    m_history->refresh();
}

} // namespace tower
