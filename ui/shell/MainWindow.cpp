// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/MainWindow.h"

#include "ui/shell/ClosePanel.h"
#include "ui/shell/JumpBox.h"
#include "ui/shell/Navigation.h"
#include "ui/shell/Tray.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Pill.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>

namespace tower {

namespace {

const QString geometryEntry = QStringLiteral("window/geometry");
const QString pageEntry = QStringLiteral("window/page");
const QString closeEntry = QStringLiteral("window/whenClosed");

} // namespace

MainWindow::MainWindow(Core &core, QSettings &settings, std::vector<PageSpec> pages, QWidget *parent)
    : QMainWindow(parent)
    , m_core(core)
    , m_settings(settings)
    , m_pages(std::move(pages))
    , m_navigation(new Navigation(m_pages, this))
    , m_stack(new QStackedWidget(this))
    , m_undo(new UndoBar(this))
    , m_jump(new JumpBox(m_core, m_pages, this))
    , m_closePanel(new ClosePanel(this))
    , m_message(new InlineMessage(this))
    , m_poll(new QTimer(this))
{
    setWindowIcon(appIcon());
    setWindowTitle(tr("Timmy Tower Console"));
    setMinimumSize(800, 560);
    resize(1280, 800);

    auto *centre = new QWidget(this);
    auto *columns = new QHBoxLayout(centre);
    columns->setContentsMargins(0, 0, 0, 0);
    columns->setSpacing(0);
    columns->addWidget(m_navigation);
    auto *right = new QVBoxLayout;
    right->setContentsMargins(0, 0, 0, 0);
    right->setSpacing(0);
    right->addWidget(m_closePanel);
    right->addWidget(m_message);
    right->addWidget(m_stack, 1);
    auto *bottom = new QHBoxLayout;
    bottom->setContentsMargins(measure::page, 0, measure::page, measure::grid);
    bottom->addWidget(m_undo);
    right->addLayout(bottom);
    columns->addLayout(right, 1);
    setCentralWidget(centre);

    buildMenu();
    buildStatusBar();
    buildTray();

    connect(m_navigation, &Navigation::chosen, this, [this](const QString &id) { openPage(id); });
    connect(m_jump, &JumpBox::chosen, this, &MainWindow::openPage);
    connect(m_closePanel, &ClosePanel::quit, this, &MainWindow::quit);
    connect(m_closePanel, &ClosePanel::keepServing, this, &MainWindow::keepServing);
    connect(&m_core, &Core::failed, this, &MainWindow::showError);
    connect(&m_core, &Core::changed, this, [this](const std::vector<Change> &changes) {
        for (const PageSpec &page : m_pages) {
            const auto mine = [&page](const Change &change) { return change.kind == page.countKind; };
            if (std::any_of(changes.begin(), changes.end(), mine))
                count(page);
        }
    });
    m_poll->setInterval(1000);
    connect(m_poll, &QTimer::timeout, this, &MainWindow::askState);
    m_poll->start();
    askState();
    for (const PageSpec &page : m_pages)
        count(page);

    restoreGeometry(m_settings.value(geometryEntry).toByteArray());
    const QString last = m_settings.value(pageEntry).toString();
    const bool known =
        std::any_of(m_pages.begin(), m_pages.end(), [&last](const PageSpec &p) { return p.id == last; });
    if (!m_pages.empty())
        openPage(known ? last : m_pages.front().id);
}

MainWindow::~MainWindow()
{
    m_settings.setValue(geometryEntry, saveGeometry());
    m_settings.setValue(pageEntry, m_current);
}

void MainWindow::buildMenu()
{
    auto *file = menuBar()->addMenu(tr("&File"));
    file->addAction(icon(QStringLiteral("backup")), tr("&Backup…"), this, &MainWindow::chooseBackup);
    file->addSeparator();
    file->addAction(icon(QStringLiteral("quit")), tr("&Quit"), QKeySequence(QKeySequence::Quit), this,
                    &MainWindow::quit);

    auto *go = menuBar()->addMenu(tr("&Go"));
    go->addAction(icon(QStringLiteral("search")), tr("&Jump to…"), QKeySequence(Qt::CTRL | Qt::Key_K), this,
                  &MainWindow::jump);
    go->addSeparator();
    int number = 0;
    for (const PageSpec &page : m_pages) {
        auto *action =
            go->addAction(icon(page.icon), page.name, this, [this, id = page.id] { openPage(id); });
        if (++number <= 9)
            action->setShortcut(QKeySequence(static_cast<int>(Qt::ALT) | (Qt::Key_0 + number)));
    }

    auto *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(icon(QStringLiteral("info")), tr("&About"), this, [this] {
        m_core.run(
            this,
            [](Services &s) {
                return QStringList{s.control.dataFolder(), s.control.databaseDisplay()};
            },
            [this](const QStringList &places) {
                m_message->say(
                    Tone::Info,
                    tr("Timmy Tower Console %1 · Qt %2 · GPL-3.0-or-later\nData folder: %3\nDatabase: %4")
                        .arg(QStringLiteral(TOWER_VERSION), QString::fromLatin1(qVersion()), places[0],
                             places[1]));
            });
    });
}

void MainWindow::buildStatusBar()
{
    m_apiPill = new Pill({tr("starting"), PillShape::Ring, Tone::Neutral}, this);
    m_demoPill = new Pill({tr("DEMO"), PillShape::Square, Tone::Warn}, this);
    m_apiAddress = captionLabel({}, this);
    m_apiAddress->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_simulated = captionLabel({}, this);
    m_error = captionLabel({}, this);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_demoPill->hide();
    statusBar()->setContentsMargins(8, 0, 8, 0);
    statusBar()->addWidget(m_apiPill);
    statusBar()->addWidget(m_apiAddress);
    statusBar()->addWidget(m_demoPill);
    statusBar()->addWidget(m_simulated);
    statusBar()->addPermanentWidget(m_error);
}

void MainWindow::buildTray()
{
    if (!Tray::isAvailable())
        return;
    m_tray = new Tray(m_core, this);
    connect(m_tray, &Tray::wantsWindow, this, &MainWindow::raiseWindow);
    connect(m_tray, &Tray::wantsPage, this, &MainWindow::openPage);
    connect(m_tray, &Tray::wantsQuit, this, &MainWindow::quit);
}

void MainWindow::raiseWindow()
{
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

void MainWindow::openPage(const QString &pageId, const QString &key)
{
    const auto spec =
        std::find_if(m_pages.begin(), m_pages.end(), [&](const PageSpec &p) { return p.id == pageId; });
    if (spec == m_pages.end())
        return;
    PageWidget *&widget = m_made[pageId];
    if (!widget) {
        widget = spec->make(context());
        m_stack->addWidget(widget);
    }
    const bool leavesGuide = m_guide && m_stack->currentWidget() == m_guide;
    m_current = pageId;
    m_stack->setCurrentWidget(widget);
    m_navigation->select(pageId);
    if (!key.isEmpty())
        widget->open(key);
    if (leavesGuide)
        m_message->say(Tone::Info, tr("The first steps are not finished."), tr("Go on"),
                       [this] { goToGuide(); });
}

PageContext MainWindow::context()
{
    return {.core = m_core,
            .settings = m_settings,
            .undo = *m_undo,
            .goTo = [this](const QString &page, const QString &key) { openPage(page, key); }};
}

void MainWindow::showGuide(const MakeGuide &make, std::function<void()> whenDone)
{
    m_guide = make(context(), [this, whenDone = std::move(whenDone)] {
        if (!m_guide)
            return;
        whenDone();
        endGuide();
    });
    m_stack->addWidget(m_guide);
    goToGuide();
}

void MainWindow::goToGuide()
{
    m_message->hide();
    m_stack->setCurrentWidget(m_guide);
    m_navigation->setCurrentIndex({});
    m_navigation->clearSelection();
}

void MainWindow::endGuide()
{
    m_guide->deleteLater(); // it is what calls
    m_guide = nullptr;
    m_message->hide();
    openPage(m_current);
}

void MainWindow::jump()
{
    m_jump->ask();
}

void MainWindow::chooseBackup()
{
    auto *dialog = new QFileDialog(this, tr("Backup into a new file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        m_undo->tell(tr("Writing the backup…"));
        m_core.runLater(
            this, [path](Services &s) { return s.control.backup(path); },
            [this, path] { m_message->say(Tone::Good, tr("Backup written to %1").arg(path)); },
            [this](const ServiceError &error) { m_message->say(Tone::Bad, error.message()); });
    });
    dialog->open();
}

void MainWindow::askState()
{
    m_core.run(
        this, [](Services &s) { return s.control.api(); },
        [this](const ApiState &state) { showState(state); });
}

void MainWindow::showState(const ApiState &state)
{
    m_state = state;
    if (state.listening)
        m_apiPill->setLook({tr("serving"), PillShape::Dot, Tone::Good});
    else if (state.problem.isEmpty())
        m_apiPill->setLook({tr("stopped"), PillShape::Ring, Tone::Neutral});
    else
        m_apiPill->setLook({tr("not serving"), PillShape::Triangle, Tone::Bad});
    m_apiAddress->setText(state.listening || state.problem.isEmpty() ? state.url : state.problem);
    if (m_tray)
        m_tray->showState(state);
    m_demoPill->setVisible(state.demo);
    m_simulated->setText(state.simulated.isEmpty() ? QString() : tr("simulated: %1").arg(state.simulated));
    setWindowTitle(state.demo ? tr("DEMO · Timmy Tower Console") : tr("Timmy Tower Console"));
}

void MainWindow::showError(const QString &message)
{
    m_error->setText(m_error->fontMetrics().elidedText(message, Qt::ElideRight, 420));
    m_error->setToolTip(message);
}

void MainWindow::count(const PageSpec &page)
{
    if (!page.count)
        return;
    m_core.run(
        this, [work = page.count](Services &s) { return work(s); },
        [this, id = page.id](std::int64_t waiting) { m_navigation->setCount(id, waiting); });
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    m_navigation->setNarrow(width() < measure::collapseBelow);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (m_quitting || !m_state.listening) {
        event->accept();
        return;
    }
    event->ignore();
    const QString remembered = m_settings.value(closeEntry).toString();
    if (remembered == QLatin1String("keep"))
        keepServing();
    else if (remembered == QLatin1String("quit"))
        quit();
    else
        m_closePanel->ask();
}

void MainWindow::quit()
{
    if (m_closePanel->remember())
        m_settings.setValue(closeEntry, QStringLiteral("quit"));
    m_quitting = true;
    // To close a window that is hidden in the tray does not end the program.
    if (isHidden())
        QApplication::quit();
    else
        close();
}

void MainWindow::keepServing()
{
    if (m_closePanel->remember())
        m_settings.setValue(closeEntry, QStringLiteral("keep"));
    // Without a tray there would be no way back to a hidden window.
    if (m_tray)
        hide();
    else
        showMinimized();
}

} // namespace tower
