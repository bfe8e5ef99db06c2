// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/RelayAccessPage.h"

#include "core/nostr/Nip19.h"
#include "core/relay/KeyImport.h"
#include "ui/relay-access/AccountDetail.h"
#include "ui/relay-access/DecisionsView.h"
#include "ui/relay-access/WhyPanel.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"

#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

namespace tower {

RelayAccessPage::RelayAccessPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Relay access"), context, parent)
    , m_filter(std::make_shared<RelayAccountFilter>())
    , m_model(makeAccountModel(core(), m_filter, this))
    , m_tabs(new QTabWidget(this))
    , m_table(new DataTable(QStringLiteral("relay-accounts"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_access(new AccessFlow(context, m_panel, this))
{
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_table, tr("Accounts"));
    m_decisions = new DecisionsView(core(), &context.settings, this);
    m_tabs->addTab(m_decisions, tr("Decisions"));
    auto *card = new Card({}, this);
    card->body()->addWidget(m_tabs);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({700, 340});
    rememberSplitter(splitter, &context.settings, QStringLiteral("relay-access"));
    content()->addWidget(splitter, 1);

    buildTable();
    buildFilters();
    buildActions();
    connect(m_access, &AccessFlow::started, this, &RelayAccessPage::startWork);
    connect(m_access, &AccessFlow::ended, this, &RelayAccessPage::endWork);
    connect(m_access, &AccessFlow::problem, this,
            [this](const QString &text) { message()->say(Tone::Warn, text); });
    connect(m_decisions, &DecisionsView::asksWhy, this, &RelayAccessPage::askWhy);
    connect(&core(), &Core::changed, this, &RelayAccessPage::follow);
    m_model->restart();
}

void RelayAccessPage::buildTable()
{
    m_table->setFilterHint(tr("Key, npub or words in the notes"));
    m_table->setEmpty(QStringLiteral("relay"), tr("Accounts that may use the relay will appear here."),
                      tr("No account matches the filter."));
    m_table->setEmptyAction(tr("Grant access…"), [this] { showForm(RelayAccounts::BulkAction::Grant, {}); });
    m_table->setSorted(QStringLiteral("granted"), true);
    connect(m_table, &DataTable::filterChanged, this, [this](const QString &text) {
        m_filter->query = text;
        restart();
    });
    connect(m_table, &DataTable::sortRequested, this, [this](const QString &sortKey, bool descending) {
        m_filter->sort = accountSort(sortKey);
        m_filter->descending = descending;
        m_model->restart();
    });
    connect(m_table, &DataTable::activated, this, &RelayAccessPage::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        m_revoke->setEnabled(!keys.isEmpty());
        if (!m_detailKey.isEmpty() && keys.size() == 1)
            showDetail(keys.first());
    });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailKey.clear();
        m_table->setFocus();
    });
}

void RelayAccessPage::buildFilters()
{
    auto *level = new QComboBox(this);
    m_level = level;
    level->setAccessibleName(tr("Which accounts"));
    level->addItem(tr("All accounts"), -1);
    level->addItem(tr("May write"), static_cast<int>(AccessLevel::Write));
    level->addItem(tr("May read"), static_cast<int>(AccessLevel::Read));
    level->addItem(tr("No access"), static_cast<int>(AccessLevel::None));
    m_table->addFilter(level);
    connect(level, &QComboBox::currentIndexChanged, this, [this, level] {
        const int chosen = level->currentData().toInt();
        m_filter->level = chosen < 0 ? std::optional<AccessLevel>() : static_cast<AccessLevel>(chosen);
        restart();
    });
}

void RelayAccessPage::buildActions()
{
    const auto add = [this](const QString &name, const QString &text, auto then) {
        auto *action = new QAction(icon(name), text, this);
        connect(action, &QAction::triggered, this, then);
        m_table->addTableAction(action);
        return action;
    };
    add(QStringLiteral("grant"), tr("Grant…"),
        [this] { showForm(RelayAccounts::BulkAction::Grant, m_table->selectedKeys()); });
    m_revoke = add(QStringLiteral("revoke"), tr("Revoke…"),
                   [this] { showForm(RelayAccounts::BulkAction::Revoke, m_table->selectedKeys()); });
    m_revoke->setEnabled(false);
    add(QStringLiteral("why"), tr("Why?"), [this] { askWhy(m_table->currentKey()); });
    add(QStringLiteral("import"), tr("Import…"), [this] { chooseImport(); });
}

void RelayAccessPage::restart()
{
    m_table->setFiltered(m_filter->level.has_value() || !m_filter->query.isEmpty());
    m_model->restart();
}

void RelayAccessPage::open(const QString &key)
{
    if (key == QLatin1String("decisions"))
        m_tabs->setCurrentWidget(m_decisions);
    if (const auto level = accessFromText(key)) {
        m_tabs->setCurrentWidget(m_table);
        m_level->setCurrentIndex(m_level->findData(static_cast<int>(*level)));
    }
    const auto pubKey = PubKey::fromHex(key);
    if (!pubKey)
        return;
    m_tabs->setCurrentWidget(m_table);
    act([k = *pubKey](Services &s) { return s.relayAccounts.find(k); },
        [this, key](const std::optional<RelayAccount> &account) {
            if (!account) {
                askWhy(key);
                return;
            }
            m_detailKey = key;
            m_panel->present(tr("Account"), new AccountDetail(*account));
            m_table->select(key);
        });
}

void RelayAccessPage::showDetail(const QString &key)
{
    if (const RelayAccount *account = m_model->find(key)) {
        m_detailKey = key;
        m_panel->present(tr("Account"), new AccountDetail(*account));
    }
}

AccessForm *RelayAccessPage::showForm(RelayAccounts::BulkAction action, const QStringList &keys)
{
    m_detailKey.clear();
    return m_access->ask(action, keys);
}

void RelayAccessPage::askWhy(const QString &subject)
{
    m_detailKey.clear();
    auto *why = new WhyPanel(core());
    m_panel->present(tr("Why?"), why);
    if (!subject.isEmpty()) {
        const auto key = PubKey::fromHex(subject);
        why->ask(key ? QString::fromLatin1(toNpub(*key)) : subject);
    }
}

void RelayAccessPage::chooseImport()
{
    auto *dialog = new QFileDialog(window(), tr("Import accounts"), {},
                                   tr("Key lists (*.json *.txt *.csv);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        constexpr qint64 largest = 4 << 20;
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            message()->say(Tone::Bad, tr("The file can't be read: %1").arg(file.errorString()));
        else if (file.size() > largest)
            message()->say(Tone::Bad, tr("The file is larger than 4 MB: this is no list of keys."));
        else
            importFrom(file.readAll());
    });
    dialog->open();
}

void RelayAccessPage::importFrom(const QByteArray &fileContent)
{
    const KeyImport found = readKeyList(fileContent);
    if (found.keys.empty()) {
        message()->say(Tone::Bad, found.problems.isEmpty() ? tr("No key was found in the file.")
                                                           : found.problems.first());
        return;
    }
    QStringList keys;
    for (const PubKey &key : found.keys)
        keys.append(key.text());
    AccessForm *form = showForm(RelayAccounts::BulkAction::Grant, keys);
    if (!found.problems.isEmpty())
        form->say(tr("%n line(s) were left out. %1", nullptr, static_cast<int>(found.problems.size()))
                      .arg(found.problems.first()));
}

void RelayAccessPage::follow(const std::vector<Change> &changes)
{
    std::vector<PubKey> keys;
    for (const Change &change : changes) {
        const bool account = change.kind == QLatin1String("relay_account");
        // A change of tier shows here too, for those on the list.
        const bool identity = change.kind == QLatin1String("identity") && m_model->rowOf(change.id) >= 0;
        const auto key = PubKey::fromHex(change.id);
        if (key && (account || identity))
            keys.push_back(*key);
    }
    constexpr std::size_t many = 500;
    if (keys.size() > many || (!keys.empty() && !m_filter->query.isEmpty())) {
        m_model->refresh(); // what a text filter matches, the service alone knows
        return;
    }
    if (keys.empty())
        return;
    core().run(
        this,
        [keys](Services &s) {
            std::vector<std::pair<PubKey, std::optional<RelayAccount>>> rows;
            for (const PubKey &key : keys)
                rows.emplace_back(key, s.relayAccounts.find(key));
            return rows;
        },
        [this](const std::vector<std::pair<PubKey, std::optional<RelayAccount>>> &rows) {
            for (const auto &[key, account] : rows) {
                if (account && (!m_filter->level || *m_filter->level == account->level))
                    m_model->upsert(*account);
                else
                    m_model->remove(key.text());
                if (key.text() == m_detailKey)
                    showDetail(m_detailKey);
            }
        });
}

} // namespace tower
