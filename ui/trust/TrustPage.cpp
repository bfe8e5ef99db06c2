// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trust/TrustPage.h"

#include "ui/relay-access/AccessFlow.h"
#include "ui/shell/ChangedRows.h"
#include "ui/trust/IdentityForm.h"
#include "ui/trust/VouchesView.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/TierBar.h"

#include <QAction>
#include <QComboBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace tower {

TrustPage::TrustPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Trust"), context, parent)
    , m_filter(std::make_shared<IdentityFilter>())
    , m_model(makeIdentityModel(core(), m_filter, this))
    , m_bar(new TierBar(this))
    , m_table(new DataTable(QStringLiteral("identities"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_access(new AccessFlow(context, m_panel, this))
{
    auto *tiers = new Card({}, this);
    tiers->body()->addWidget(m_bar);
    tiers->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    content()->addWidget(tiers);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({620, 410});
    rememberSplitter(splitter, &context.settings, QStringLiteral("trust"));
    content()->addWidget(splitter, 1);

    buildTable();
    buildActions();
    connect(m_access, &AccessFlow::started, this, &TrustPage::startWork);
    connect(m_access, &AccessFlow::ended, this, &TrustPage::endWork);
    connect(m_access, &AccessFlow::problem, this,
            [this](const QString &text) { message()->say(Tone::Warn, text); });
    connect(&core(), &Core::changed, this, &TrustPage::follow);
    m_model->restart();
    reloadCounts();
}

void TrustPage::buildTable()
{
    m_table->setFilterHint(tr("Key or npub, or its beginning"));
    m_table->setEmpty(QStringLiteral("trust"),
                      tr("Whoever signs in, is granted access or vouched for will appear here."),
                      tr("No identity matches the filter."));
    m_table->setSorted(QStringLiteral("score"), true);
    m_tier = new QComboBox(this);
    m_tier->setAccessibleName(tr("Which tier"));
    m_tier->addItem(tr("All tiers"), -1);
    for (const Tier tier : {Tier::New, Tier::Established, Tier::Trusted, Tier::Elite})
        m_tier->addItem(lookOf(tier).word, static_cast<int>(tier));
    m_table->addFilter(m_tier);
    connect(m_tier, &QComboBox::currentIndexChanged, this, [this] {
        const int chosen = m_tier->currentData().toInt();
        m_filter->tier = chosen < 0 ? std::optional<Tier>() : static_cast<Tier>(chosen);
        m_bar->setChosen(m_filter->tier);
        restart();
    });
    connect(m_bar, &TierBar::chosen, this, [this](Tier tier) {
        showTier(m_filter->tier == tier ? std::optional<Tier>() : tier); // a second click shows all again
    });
    connect(m_table, &DataTable::filterChanged, this, [this](const QString &text) {
        m_filter->keyPrefix = text;
        restart();
    });
    connect(m_table, &DataTable::sortRequested, this, [this](const QString &sortKey, bool descending) {
        m_filter->sort = identitySort(sortKey);
        m_filter->descending = descending;
        m_model->restart();
    });
    connect(m_table, &DataTable::activated, this, &TrustPage::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        if (!m_detailKey.isEmpty() && keys.size() == 1 && keys.first() != m_detailKey)
            showDetail(keys.first());
    });
    connect(m_model, &TableModel::totalChanged, this, [this] {
        if (!m_detailKey.isEmpty() && m_table->selectedKeys().isEmpty())
            m_table->select(m_detailKey);
    });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailKey.clear();
        m_table->view()->setFocus();
    });
}

void TrustPage::buildActions()
{
    const auto add = [this](const QString &name, const QString &text, auto then) {
        auto *action = new QAction(icon(name), text, this);
        connect(action, &QAction::triggered, this, then);
        m_table->addTableAction(action);
    };
    add(QStringLiteral("edit"), tr("Note and score…"), [this] { showDetail(m_table->currentKey()); });
    add(QStringLiteral("grant"), tr("Grant…"), [this] { ask(RelayAccounts::BulkAction::Grant); });
    add(QStringLiteral("revoke"), tr("Revoke…"), [this] { ask(RelayAccounts::BulkAction::Revoke); });
}

void TrustPage::ask(RelayAccounts::BulkAction action)
{
    const QStringList keys = m_table->selectedKeys();
    m_detailKey.clear();
    m_access->ask(action, keys);
}

void TrustPage::restart()
{
    m_table->setFiltered(m_filter->tier || !m_filter->keyPrefix.isEmpty());
    m_model->restart();
}

void TrustPage::showTier(std::optional<Tier> tier)
{
    m_tier->setCurrentIndex(m_tier->findData(tier ? static_cast<int>(*tier) : -1));
}

void TrustPage::open(const QString &key)
{
    if (const auto tier = tierFromText(key)) {
        showTier(*tier);
        return;
    }
    if (PubKey::fromHex(key)) {
        showDetail(key);
        m_table->select(key);
    }
}

IdentityDetail *TrustPage::detail() const
{
    return qobject_cast<IdentityDetail *>(m_panel->content());
}

void TrustPage::showDetail(const QString &key)
{
    const auto pubKey = PubKey::fromHex(key);
    if (!pubKey)
        return;
    m_detailKey = key;
    act([k = *pubKey](Services &s) { return storyOf(s, k); },
        [this, key](const std::optional<IdentityStory> &story) {
            if (m_detailKey != key)
                return; // another was chosen meanwhile
            if (story) {
                present(*story);
                return;
            }
            message()->say(Tone::Info, tr("This key is no identity yet. Granting it access makes it one."),
                           tr("Grant…"),
                           [this, key] { m_access->ask(RelayAccounts::BulkAction::Grant, {key}); });
        });
}

void TrustPage::present(const IdentityStory &story)
{
    message()->hide();
    if (IdentityDetail *shown = detail();
        shown && shown->key() == story.identity.pubkey && m_panel->isVisible()) {
        shown->show(story);
        return;
    }
    const int tab = detail() ? detail()->tabs()->currentIndex() : 0;
    auto *made = new IdentityDetail(context(), story);
    made->tabs()->setCurrentIndex(tab);
    connectDetail(made);
    m_panel->present(tr("Identity"), made);
}

void TrustPage::connectDetail(IdentityDetail *shown)
{
    const PubKey key = shown->key();
    const auto change = [this, guard = QPointer<IdentityDetail>(shown)](auto work, auto done) {
        startWork();
        core().run(
            this, work,
            [this, guard, done](const Identity &) {
                endWork();
                if (guard)
                    done(guard->form());
            },
            [this, guard](const ServiceError &error) {
                endWork();
                guard ? guard->form()->say(error.message()) : sayError(error);
            });
    };
    connect(shown->form(), &IdentityForm::noteGiven, this, [this, key, change](const QString &text) {
        change([key, text, actor = context().actor](Services &s) { return s.trust.note(key, text, actor); },
               [](IdentityForm *form) { form->noteKept(); });
    });
    connect(shown->form(), &IdentityForm::scoreGiven, this,
            [this, key, change](std::int64_t score, const QString &reason) {
                change([key, score, reason, actor = context().actor](
                           Services &s) { return s.trust.adjust(key, score, reason, actor); },
                       [](IdentityForm *form) { form->scoreKept(); });
            });
    connect(shown->form(), &IdentityForm::asksGrant, this,
            [this, key] { m_access->ask(RelayAccounts::BulkAction::Grant, {key.text()}); });
    connect(shown->form(), &IdentityForm::asksRevoke, this,
            [this, key] { m_access->ask(RelayAccounts::BulkAction::Revoke, {key.text()}); });
    connect(shown->vouches(), &VouchesView::asksIdentity, this,
            [this](const PubKey &other) { open(other.text()); });
    connect(shown->vouches(), &VouchesView::revokes, this,
            [this, key](const QString &id, const QString &reason) {
                act([id, reason,
                     actor = context().actor](Services &s) { return s.vouches.revoke(id, reason, actor); },
                    [this, key](const Vouch &vouch) {
                        context().undo.tell(
                            tr("Revoked the vouch; its boost of %1 is taken back").arg(vouch.boost));
                        if (m_detailKey == key.text())
                            showDetail(m_detailKey);
                    });
            });
}

void TrustPage::reloadCounts()
{
    core().run(
        this, [](Services &s) { return s.identities.countByTier(); },
        [this](const TierBar::Counts &counts) { m_bar->setCounts(counts); });
}

void TrustPage::follow(const std::vector<Change> &changes)
{
    std::vector<PubKey> keys;
    bool detailToo = false;
    for (const Change &change : changes) {
        const bool identity = change.kind == QLatin1String("identity");
        detailToo = detailToo || (!m_detailKey.isEmpty() &&
                                  (change.id == m_detailKey || change.kind == QLatin1String("vouch")));
        if (const auto key = PubKey::fromHex(change.id); key && identity)
            keys.push_back(*key);
    }
    if (detailToo && detail() && m_panel->isVisible())
        showDetail(m_detailKey);
    if (keys.empty())
        return;
    reloadCounts();
    constexpr std::size_t many = 500;
    if (keys.size() > many || !m_filter->keyPrefix.isEmpty()) {
        m_model->refresh(); // what a prefix matches, the service alone knows
        return;
    }
    readChangedRows(
        core(), m_model, keys, [](Services &s, const PubKey &key) { return s.identities.find(key); },
        [this](const Identity &identity) { return !m_filter->tier || *m_filter->tier == identity.tier; });
}

} // namespace tower
