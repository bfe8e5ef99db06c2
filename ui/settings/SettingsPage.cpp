// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/SettingsPage.h"

#include "ui/settings/ConnectionTest.h"
#include "ui/settings/SettingDetail.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"

#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

namespace tower {

SettingsPage::SettingsPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Settings"), context, parent)
    , m_filter(std::make_shared<SettingFilter>())
    , m_model(makeSettingModel(core(), m_filter, this))
    , m_table(new DataTable(QStringLiteral("settings"), *m_model, &context.settings, this))
    , m_panel(new DetailPanel(this))
    , m_group(new QComboBox(this))
{
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    auto *card = new Card({}, this);
    card->body()->addWidget(m_table, 1);
    splitter->addWidget(card);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({680, 350});
    rememberSplitter(splitter, &context.settings, QStringLiteral("settings"));
    content()->addWidget(splitter, 1);
    buildFilters();
    auto *test = new QPushButton(icon(QStringLiteral("verify")), tr("Test connections"), this);
    addHeaderWidget(test);
    connect(test, &QPushButton::clicked, this, &SettingsPage::showConnections);
    m_table->setFilterHint(tr("Name or words of the meaning"));
    m_table->setEmpty(QStringLiteral("settings"), tr("No settings."), tr("No setting matches the filter."));
    connect(m_table, &DataTable::activated, this, &SettingsPage::showDetail);
    connect(m_table, &DataTable::selectionChanged, this, [this] {
        if (const QStringList keys = m_table->selectedKeys(); keys.size() == 1)
            showDetail(keys.first());
    });
    connect(m_model, &QAbstractItemModel::dataChanged, this, [this] {
        if (detail() && m_panel->isVisible())
            showDetail(detail()->name());
    });
    connect(m_model, &TableModel::totalChanged, this, [this] {
        if (!m_awaited.isEmpty() && m_model->rowOf(m_awaited) >= 0)
            m_table->select(std::exchange(m_awaited, {}));
    });
    connect(&core(), &Core::changed, this, &SettingsPage::follow);
    m_model->restart();
}

void SettingsPage::buildFilters()
{
    m_group->setAccessibleName(tr("Which group"));
    m_group->addItem(tr("All groups"), QString());
    for (const QString &group : settingGroups())
        m_group->addItem(group, group);
    m_table->addFilter(m_group);
    connect(m_group, &QComboBox::currentIndexChanged, this, [this] {
        m_filter->group = m_group->currentData().toString();
        restart();
    });
    auto *changedOnly = new QCheckBox(tr("Changed only"), this);
    m_table->addFilter(changedOnly);
    connect(changedOnly, &QCheckBox::toggled, this, [this](bool only) {
        m_filter->changedOnly = only;
        restart();
    });
    connect(m_table, &DataTable::filterChanged, this, [this](const QString &words) {
        m_filter->words = words;
        restart();
    });
}

void SettingsPage::restart()
{
    m_table->setFiltered(m_filter->changedOnly || !m_filter->words.isEmpty() || !m_filter->group.isEmpty());
    m_model->restart();
}

void SettingsPage::open(const QString &key)
{
    if (key == QLatin1String("secrets")) {
        m_group->setCurrentIndex(m_group->findData(secretsGroup()));
        return;
    }
    if (key == QLatin1String("connections")) {
        showConnections();
        return;
    }
    m_group->setCurrentIndex(0);
    m_table->filterBox()->clear();
    m_awaited = key;
    restart();
}

SettingDetail *SettingsPage::detail() const
{
    return qobject_cast<SettingDetail *>(m_panel->content());
}

ConnectionsView *SettingsPage::connections() const
{
    return m_panel->isVisible() ? qobject_cast<ConnectionsView *>(m_panel->content()) : nullptr;
}

void SettingsPage::showConnections()
{
    if (connections())
        return;
    auto *made = new ConnectionsView(core());
    connect(made, &ConnectionsView::wantsSetting, this, &SettingsPage::open);
    m_panel->present(tr("Connections"), made);
}

void SettingsPage::showDetail(const QString &name)
{
    const SettingLine *line = m_model->find(name);
    if (!line)
        return;
    if (SettingDetail *shown = detail(); shown && shown->name() == name && m_panel->isVisible()) {
        shown->show(*line);
        return;
    }
    auto *made = new SettingDetail(*line);
    connect(made, &SettingDetail::changes, this, &SettingsPage::change);
    m_panel->present(line->isSecret ? tr("Secret") : tr("Setting"), made);
}

void SettingsPage::change(Setting setting, const std::optional<QString> &text)
{
    const SettingLine *line = m_model->find(QString::fromLatin1(Settings::spec(setting).name));
    if (!line)
        return;
    startWork();
    core().run(
        this,
        [setting, text, actor = context().actor](Services &s) {
            s.savedSettings.change({{setting, text}}, actor);
        },
        [this, before = *line, text] {
            endWork();
            changed(before, text);
        },
        [this, name = line->name](const ServiceError &error) {
            endWork();
            if (detail() && detail()->name() == name)
                detail()->say(error.message());
            else
                sayError(error);
        });
}

void SettingsPage::changed(const SettingLine &before, const std::optional<QString> &text)
{
    m_model->refresh();
    const QString words = text ? tr("%1 is now %2").arg(before.name, text->isEmpty() ? tr("empty") : *text)
                               : tr("%1 is back to its default").arg(before.name);
    const std::optional<QString> former = before.saved ? std::optional(before.value) : std::nullopt;
    context().undo.offer(before.restart ? tr("%1, from the next start").arg(words) : words,
                         [guard = QPointer<SettingsPage>(this), setting = *before.setting, former] {
                             if (guard)
                                 guard->change(setting, former);
                         });
}

void SettingsPage::follow(const std::vector<Change> &changes)
{
    const bool mine = std::any_of(changes.begin(), changes.end(), [](const Change &change) {
        return change.kind == QLatin1String("setting");
    });
    if (mine)
        m_model->refresh();
}

} // namespace tower
