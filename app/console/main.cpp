// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Demo.h"
#include "app/StartProgram.h"
#include "app/console/CoreThread.h"
#include "app/console/SingleWindow.h"
#include "core/base/InstanceLock.h"
#include "core/base/Log.h"
#include "core/base/ShutdownSignals.h"
#include "ui/Pages.h"
#include "ui/assistant/AssistantPage.h"
#include "ui/shell/EnglishPlurals.h"
#include "ui/shell/MainWindow.h"
#include "ui/widgets/Theme.h"

#include <QApplication>
#include <QDir>
#include <QImage>
#include <QSettings>
#include <QTimer>

#include <cstdio>

namespace {

const QString firstStepsEntry = QStringLiteral("window/firstSteps"); ///< not finished yet

constexpr int settleMs = 2'500; ///< pages have asked, been answered and painted by then

tower::Scheme schemeOf(const QString &theme)
{
    if (theme == QLatin1String("light"))
        return tower::Scheme::Light;
    return theme == QLatin1String("dark") ? tower::Scheme::Dark : tower::Scheme::System;
}

void openPage(tower::MainWindow &window, const QString &page)
{
    const auto colon = page.indexOf(QLatin1Char(':'));
    window.openPage(page.left(colon), colon < 0 ? QString() : page.mid(colon + 1));
}

/// Draws the window into a file when it has settled, then ends the program: 0 when the file is there.
void drawAndQuit(QApplication &application, tower::MainWindow &window, const QString &file)
{
    window.resize(1280, 800);
    QTimer::singleShot(settleMs, &window, [&application, &window, file] {
        constexpr int smallest = 0; // of the PNG writer's "quality", which trades time for size
        const bool written =
            window.grab().toImage().convertToFormat(QImage::Format_RGB888).save(file, "PNG", smallest);
        if (!written)
            std::fprintf(stderr, "tower-console: %s can't be written.\n", qUtf8Printable(file));
        application.exit(written ? 0 : 1);
    });
}

void showFirstSteps(tower::MainWindow &window, QSettings &remembered)
{
    window.showGuide(
        [](const tower::PageContext &context, std::function<void()> done) {
            return new tower::AssistantPage(context, std::move(done));
        },
        [&remembered] { remembered.remove(firstStepsEntry); });
}

int runConsole(QApplication &application, tower::TowerOptions options)
{
    using namespace tower;
    if (!options.demo && InstanceLock::isHeld(options.dataDir) && SingleWindow::raiseRunning(options.dataDir))
        return 0;

    const bool isNew = !options.demo && !InstanceLock::wasEverTaken(options.dataDir);
    const std::unique_ptr<Demo> demo = makeDemo(options);
    const QString dataDir = options.dataDir;
    const QString page = options.page;
    const QString screenshot = options.screenshot;
    const ThemeControl theme(application, schemeOf(options.theme));
    CoreThread coreThread(std::move(options));
    Core core(coreThread.context(), coreThread.services());
    QSettings remembered(QDir(dataDir).filePath(QStringLiteral("console.ini")), QSettings::IniFormat);
    MainWindow window(core, remembered, consolePages());

    SingleWindow single(dataDir);
    single.listen();
    QObject::connect(&single, &SingleWindow::raiseAsked, &window, [&window] {
        window.setWindowState(window.windowState() & ~Qt::WindowMinimized);
        window.show();
        window.raise();
        window.activateWindow();
    });
    // Not quit(): a window that serves would ask first.
    const ShutdownSignals shutdown([&application](int) { application.exit(0); });
    if (isNew)
        remembered.setValue(firstStepsEntry, true);
    if (remembered.contains(firstStepsEntry) && page.isEmpty() && screenshot.isEmpty())
        showFirstSteps(window, remembered);
    if (!page.isEmpty())
        openPage(window, page);
    if (!screenshot.isEmpty())
        drawAndQuit(application, window, screenshot);
    window.show();
    return application.exec();
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Timmy Tower"));
    tower::EnglishPlurals plurals;
    QApplication::installTranslator(&plurals);
    QApplication::setDesktopFileName(QStringLiteral("io.timmytower.Console"));
    return tower::startProgram(application.arguments(), true, [&application](tower::TowerOptions options) {
        return runConsole(application, std::move(options));
    });
}
