// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/DataTable.h"

#include "ui/widgets/CsvExport.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/TableParts.h"
#include "ui/widgets/Words.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QStackedLayout>
#include <QTableView>
#include <QTimer>
#include <QToolButton>

namespace tower {

DataTable::DataTable(const QString &id, TableModel &model, QSettings *settings, QWidget *parent)
    : QWidget(parent)
    , m_id(id)
    , m_model(model)
    , m_settings(settings)
    , m_bar(new QHBoxLayout)
    , m_actionsBar(new QHBoxLayout)
    , m_filter(new FilterBox(this))
    , m_count(new QLabel(this))
    , m_message(new InlineMessage(this))
    , m_busy(new Busy(this))
    , m_stack(new QStackedLayout)
    , m_view(new QTableView(this))
    , m_header(new TableHeader(m_view))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    buildToolBar();
    layout->addLayout(m_bar);
    layout->addSpacing(measure::grid);
    layout->addWidget(m_message);
    layout->addWidget(m_busy);
    layout->addLayout(m_stack, 1);
    buildView();
    buildActions();
    setEmpty(QStringLiteral("search"), tr("Nothing here yet."), tr("Nothing matches the filter."));

    connect(&m_model, &TableModel::loadingChanged, m_busy, &Busy::setBusy);
    connect(&m_model, &TableModel::totalChanged, this, &DataTable::showCount);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &DataTable::showCount);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, &DataTable::showCount);
    connect(&m_model, &TableModel::failed, this, [this](const QString &message) {
        m_message->say(Tone::Bad, message, tr("Try again"), [this] { m_model.refresh(); });
    });
    auto *minute = new QTimer(this);
    minute->setInterval(20'000);
    connect(minute, &QTimer::timeout, &m_model, &TableModel::tick);
    minute->start();
    restoreColumns();
    connect(m_header, &QHeaderView::sectionMoved, this, [this] {
        saveColumns();
        fitColumns();
    });
    connect(m_header, &QHeaderView::sectionResized, this, [this](int section, int, int width) {
        // The last one's width is what the others leave.
        if (m_fitting || width == 0 || m_header->visualIndex(section) == m_header->count() - 1)
            return;
        m_wanted[section] = width;
        saveColumns();
    });
    m_view->viewport()->installEventFilter(this);
}

void DataTable::buildToolBar()
{
    m_bar->setSpacing(measure::grid);
    m_bar->addWidget(m_filter, 1);
    m_count->setFont(fonts::caption());
    m_count->setForegroundRole(QPalette::PlaceholderText);
    m_bar->addWidget(m_count);
    m_bar->addStretch(1);
    m_actionsBar->setSpacing(measure::inside);
    m_bar->addLayout(m_actionsBar);
    connect(m_filter, &FilterBox::filterChanged, this, &DataTable::filterChanged);
    auto *find = new QAction(this);
    find->setShortcut(QKeySequence::Find);
    find->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(find);
    connect(find, &QAction::triggered, this, [this] {
        m_filter->setFocus(Qt::ShortcutFocusReason);
        m_filter->selectAll();
    });
}

void DataTable::buildView()
{
    m_view->setHorizontalHeader(m_header);
    m_view->setModel(&m_model);
    m_view->setItemDelegate(new CellDelegate(m_view));
    m_view->setShowGrid(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setTabKeyNavigation(false);
    m_view->setWordWrap(false);
    m_view->setMouseTracking(true);
    m_view->setCornerButtonEnabled(false);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setMinimumSectionSize(measure::compactRow);
    m_view->verticalHeader()->setDefaultSectionSize(measure::row);
    m_stack->addWidget(m_view);

    connect(m_header, &QHeaderView::sectionClicked, this, &DataTable::headerClicked);
    connect(m_header, &QWidget::customContextMenuRequested, this, &DataTable::showHeaderMenu);
    connect(m_view, &QWidget::customContextMenuRequested, this, &DataTable::showContextMenu);
    connect(m_view, &QAbstractItemView::activated, this,
            [this](const QModelIndex &at) { emit activated(m_model.key(at.row())); });
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &DataTable::selectionChanged);
}

void DataTable::buildActions()
{
    const auto add = [this](const QString &text, const QString &name, auto slot) {
        auto *action = new QAction(icon(name), text, this);
        connect(action, &QAction::triggered, this, slot);
        m_copy.append(action);
        return action;
    };
    auto *cell = add(tr("Copy cell"), QStringLiteral("copy"), &DataTable::copyCell);
    cell->setShortcut(QKeySequence::Copy);
    cell->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(cell);
    add(tr("Copy rows"), QStringLiteral("copy"), &DataTable::copyRows);
    add(tr("Copy as JSON"), QStringLiteral("copy"), &DataTable::copyJson);
    auto *csv = add(tr("Export CSV…"), QStringLiteral("export"), &DataTable::chooseExport);

    auto *more = new QToolButton(this);
    more->setIcon(icon(QStringLiteral("more")));
    more->setToolTip(tr("Columns and export"));
    more->setAccessibleName(tr("Columns and export"));
    more->setPopupMode(QToolButton::InstantPopup);
    more->setAutoRaise(true);
    auto *menu = new QMenu(more);
    menu->addAction(csv);
    auto *columns = menu->addAction(icon(QStringLiteral("columns")), tr("Columns…"));
    connect(columns, &QAction::triggered, this, [this, more] {
        showHeaderMenu(m_header->mapFromGlobal(more->mapToGlobal(QPoint(0, more->height()))));
    });
    more->setMenu(menu);
    m_bar->addWidget(more);
}

void DataTable::addTableAction(QAction *action)
{
    auto *button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    if (action->menu())
        button->setPopupMode(QToolButton::InstantPopup);
    button->setAccessibleName(action->text());
    m_actionsBar->addWidget(button);
    m_own.append(action);
    addAction(action);
    fitActions();
}

/// The actions lose their words before the table loses its room.
void DataTable::fitActions()
{
    const auto style = [this](Qt::ToolButtonStyle wanted) {
        for (int i = 0; i < m_actionsBar->count(); ++i) {
            if (auto *button = qobject_cast<QToolButton *>(m_actionsBar->itemAt(i)->widget()))
                button->setToolButtonStyle(wanted);
        }
        m_actionsBar->invalidate(); // each keeps what it measured before
        m_bar->invalidate();
    };
    style(Qt::ToolButtonTextBesideIcon);
    if (m_bar->minimumSize().width() > width())
        style(Qt::ToolButtonIconOnly);
}

void DataTable::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitActions();
}

bool DataTable::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize && watched == m_view->viewport())
        fitColumns();
    return QWidget::eventFilter(watched, event);
}

void DataTable::addFilter(QWidget *widget)
{
    m_bar->insertWidget(m_bar->indexOf(m_count), widget);
}

void DataTable::setFilterHint(const QString &hint)
{
    m_filter->setPlaceholderText(hint);
}

void DataTable::hideFilterBox()
{
    m_filter->hide();
}

void DataTable::setEmpty(const QString &iconName, const QString &sentence, const QString &filtered)
{
    m_emptySentence = sentence;
    m_filteredSentence = filtered;
    delete m_empty;
    m_empty = new EmptyState(iconName, sentence, this);
    m_stack->addWidget(m_empty);
}

void DataTable::setEmptyAction(const QString &text, std::function<void()> action)
{
    m_empty->setAction(text, std::move(action));
}

void DataTable::setSorted(const QString &sortKey, bool descending)
{
    for (int i = 0; i < m_model.columnCount(); ++i) {
        if (m_model.column(i).sortKey == sortKey) {
            m_header->setSortIndicatorShown(true);
            m_header->setSortIndicator(i, descending ? Qt::DescendingOrder : Qt::AscendingOrder);
        }
    }
}

void DataTable::headerClicked(int section)
{
    const QString sortKey = m_model.column(section).sortKey;
    if (sortKey.isEmpty())
        return;
    const bool same = m_header->isSortIndicatorShown() && m_header->sortIndicatorSection() == section;
    const bool descending = same ? m_header->sortIndicatorOrder() == Qt::AscendingOrder : true;
    setSorted(sortKey, descending);
    emit sortRequested(sortKey, descending);
}

QStringList DataTable::selectedKeys() const
{
    QStringList keys;
    for (const QModelIndex &at : m_view->selectionModel()->selectedRows())
        keys.append(m_model.key(at.row()));
    return keys;
}

QString DataTable::currentKey() const
{
    const QModelIndex at = m_view->currentIndex();
    return at.isValid() ? m_model.key(at.row()) : QString();
}

void DataTable::select(const QString &key)
{
    if (const int row = m_model.rowOf(key); row >= 0) {
        m_view->selectRow(row);
        m_view->scrollTo(m_model.index(row, 0));
    }
}

QString DataTable::countText() const
{
    return m_count->text();
}

void DataTable::showCount()
{
    if (m_model.total() >= 0) {
        const QString number = words::matches(m_model.total(), m_model.totalIsExact());
        m_count->setText(m_filtered ? tr("%1 matches").arg(number) : number);
    }
    const bool nothing = m_model.rowCount() == 0 && m_model.total() == 0;
    m_empty->setSentence(m_filtered ? m_filteredSentence : m_emptySentence);
    m_stack->setCurrentWidget(nothing ? static_cast<QWidget *>(m_empty) : m_view);
}

void DataTable::copyCell()
{
    const QModelIndex at = m_view->currentIndex();
    if (at.isValid())
        QApplication::clipboard()->setText(m_model.raw(at.row(), at.column()));
}

void DataTable::copyRows()
{
    QStringList lines;
    for (const QString &key : selectedKeys()) {
        QStringList cells;
        for (int i = 0; i < m_model.columnCount(); ++i)
            cells.append(m_model.raw(m_model.rowOf(key), m_header->logicalIndex(i)));
        lines.append(cells.join(QLatin1Char('\t')));
    }
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void DataTable::copyJson()
{
    QJsonArray rows;
    for (const QString &key : selectedKeys())
        rows.append(m_model.json(m_model.rowOf(key)));
    const QJsonDocument document =
        rows.size() == 1 ? QJsonDocument(rows.first().toObject()) : QJsonDocument(rows);
    QApplication::clipboard()->setText(QString::fromUtf8(document.toJson(QJsonDocument::Indented)));
}

void DataTable::chooseExport()
{
    auto *dialog = new QFileDialog(window(), tr("Export CSV"), {}, tr("CSV files (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(m_id + QStringLiteral(".csv"));
    connect(dialog, &QFileDialog::fileSelected, this, &DataTable::exportTo);
    dialog->open();
}

void DataTable::exportTo(const QString &path)
{
    auto *exporting = new CsvExport(m_model, path, this);
    const auto say = [this, exporting](qint64 rows) {
        m_message->say(Tone::Info, tr("Exporting… %1 rows").arg(QLocale().toString(rows)), tr("Cancel"),
                       [exporting = QPointer<CsvExport>(exporting)] {
                           if (exporting)
                               exporting->cancel();
                       });
    };
    connect(exporting, &CsvExport::progress, this, say);
    connect(exporting, &CsvExport::finished, this,
            [this, path](qint64 rows, const QString &problem, bool cancelled) {
                if (cancelled)
                    m_message->say(Tone::Info, tr("Export cancelled; no file was written."));
                else if (!problem.isEmpty())
                    m_message->say(Tone::Bad, problem, tr("Try again"), [this, path] { exportTo(path); });
                else
                    m_message->say(Tone::Good,
                                   tr("Exported %1 rows to %2").arg(QLocale().toString(rows), path));
            });
    say(0);
    exporting->start();
}

void DataTable::showContextMenu(const QPoint &at)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(m_own);
    menu->addSeparator();
    menu->addActions(m_copy);
    menu->popup(m_view->viewport()->mapToGlobal(at));
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Menu && !m_own.isEmpty()) {
        showContextMenu(m_view->visualRect(m_view->currentIndex()).center());
        return;
    }
    QWidget::keyPressEvent(event);
}

} // namespace tower
