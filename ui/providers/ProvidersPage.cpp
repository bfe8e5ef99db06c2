// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/providers/ProvidersPage.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"

#include <QComboBox>
#include <QFileDialog>
#include <QPushButton>
#include <QSaveFile>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace tower {

ProvidersPage::ProvidersPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Providers"), context, parent)
    , m_filter(std::make_shared<ProviderFilter>())
    , m_model(makeProviderModel(core(), m_filter, this))
    , m_table(new DataTable(QStringLiteral("providers"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_window(new QComboBox(this))
{
    auto *exporting = new QPushButton(icon(QStringLiteral("export")), tr("Export snapshot…"), this);
    exporting->setToolTip(tr("The scores as of the start of this day (UTC), signed by Timmy"));
    addHeaderWidget(exporting);
    connect(exporting, &QPushButton::clicked, this, &ProvidersPage::chooseExport);

    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({620, 410});
    rememberSplitter(splitter, &context.settings, QStringLiteral("providers"));
    content()->addWidget(splitter, 1);

    buildTable();
    connect(&core(), &Core::changed, this, &ProvidersPage::follow);
    readRules();
    restart();
}

void ProvidersPage::buildTable()
{
    m_table->setFilterHint(tr("Key or npub, or its beginning"));
    m_table->setEmpty(QStringLiteral("provider"),
                      tr("Whoever has delivered a lease will appear here, with the first receipt that both "
                         "sides signed."),
                      tr("No provider matches the filter."));
    m_table->setSorted(QStringLiteral("score"), true);
    m_window->setAccessibleName(tr("Receipts of which time"));
    m_window->addItem(tr("All time"), 0);
    m_window->addItem(tr("Last 90 days"), 90);
    m_window->addItem(tr("Last 30 days"), 30);
    m_window->addItem(tr("Last 7 days"), 7);
    m_table->addFilter(m_window);
    connect(m_window, &QComboBox::currentIndexChanged, this, &ProvidersPage::restart);
    connect(m_table, &DataTable::filterChanged, this, &ProvidersPage::filter);
    connect(m_table, &DataTable::activated, this, &ProvidersPage::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        const QStringList keys = m_table->selectedKeys();
        if (!m_detailNpub.isEmpty() && keys.size() == 1 && keys.first() != m_detailNpub)
            showDetail(keys.first());
    });
    connect(m_model, &TableModel::loadingChanged, this, [this](bool loading) {
        if (!loading && std::exchange(m_isOutdated, false))
            refresh();
    });
    connect(m_panel, &DetailPanel::dismissed, this, [this] {
        m_detailNpub.clear();
        m_table->view()->setFocus();
    });
}

void ProvidersPage::filter(const QString &text)
{
    m_filter->npub = text.trimmed().toLower();
    try {
        if (!text.trimmed().isEmpty())
            m_filter->npub = QString::fromLatin1(toNpub(parsePubKey(text)));
    } catch (const ServiceError &) {
        // no whole key, so it is how one begins
    }
    restart();
}

void ProvidersPage::restart()
{
    const int back = m_window->currentData().toInt();
    m_filter->since = back == 0 ? std::nullopt : std::optional(m_model->now() - days(back));
    m_table->setFiltered(back != 0 || !m_filter->npub.isEmpty());
    m_model->restart();
    if (!m_detailNpub.isEmpty())
        showDetail(m_detailNpub);
}

/// What the scores are read by, and who Timmy is: answered before anything that is asked for later.
void ProvidersPage::readRules()
{
    core().run(
        this, [](Services &s) { return std::pair(toNpub(s.timmy), scoreHeuristics(s.settings)); },
        [this](const std::pair<QByteArray, ScoreHeuristics> &rules) {
            m_filter->timmy = rules.first;
            m_heuristics = rules.second;
        });
}

void ProvidersPage::open(const QString &key)
{
    if (const std::optional<PubKey> pubKey = PubKey::fromHex(key)) {
        const QString npub = QString::fromLatin1(toNpub(*pubKey));
        showDetail(npub);
        m_table->select(npub);
    }
}

ProviderView *ProvidersPage::view() const
{
    return qobject_cast<ProviderView *>(m_panel->content());
}

void ProvidersPage::showDetail(const QString &npub)
{
    m_detailNpub = npub;
    readRules();
    startWork();
    core().runLater(
        this,
        [key = npub.toLatin1(), since = m_filter->since](Services &s) {
            return s.control.provider(key, {.since = since});
        },
        [this, npub](const std::optional<ProviderDetail> &detail) {
            endWork();
            if (m_detailNpub != npub)
                return; // another was chosen meanwhile
            if (detail)
                present(*detail);
            else
                message()->say(Tone::Info, tr("There is no receipt of this provider."));
        },
        [this](const ServiceError &error) {
            endWork();
            sayError(error);
        });
}

void ProvidersPage::present(const ProviderDetail &detail)
{
    message()->hide();
    const ProviderStory story{detail, m_heuristics, detail.score.npub == m_filter->timmy};
    if (ProviderView *shown = view(); shown && shown->npub() == detail.score.npub && m_panel->isVisible())
        shown->show(story);
    else
        m_panel->present(tr("Provider"), new ProviderView(&context().settings, story));
}

void ProvidersPage::chooseExport()
{
    auto *dialog =
        new QFileDialog(QWidget::window(), tr("Export the snapshot"), {}, tr("JSON files (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->selectFile(QStringLiteral("providers-%1.json").arg(toIso(m_model->now()).left(10)));
    connect(dialog, &QFileDialog::fileSelected, this, &ProvidersPage::exportTo);
    dialog->open();
}

void ProvidersPage::exportTo(const QString &path)
{
    startWork();
    core().runLater(
        this, [](Services &s) { return s.control.providerSnapshot(); },
        [this, path](const QByteArray &snapshot) {
            endWork();
            save(path, snapshot);
        },
        [this](const ServiceError &error) {
            endWork();
            sayError(error);
        });
}

void ProvidersPage::save(const QString &path, const QByteArray &snapshot)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(snapshot) == snapshot.size() && file.commit())
        message()->say(Tone::Good, tr("Wrote the signed snapshot to %1").arg(path));
    else
        message()->say(Tone::Bad, tr("%1 can't be written: %2.").arg(path, file.errorString()),
                       tr("Choose another…"), [this] { chooseExport(); });
}

void ProvidersPage::follow(const std::vector<Change> &changes)
{
    const bool isConcerned = std::any_of(changes.begin(), changes.end(), [](const Change &change) {
        return change.kind == QLatin1String("receipt") ||
               (change.kind == QLatin1String("setting") && change.id.startsWith(QLatin1String("RECEIPT_")));
    });
    if (!isConcerned)
        return;
    if (m_model->isLoading())
        m_isOutdated = true; // every receipt is being read: not twice at a time
    else
        refresh();
}

void ProvidersPage::refresh()
{
    m_model->refresh();
    if (!m_detailNpub.isEmpty() && m_panel->isVisible())
        showDetail(m_detailNpub);
}

} // namespace tower
