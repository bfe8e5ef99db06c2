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
#include "ui/shell/MainWindow.h"
#include "ui/widgets/Theme.h"

#include <QApplication>
#include <QDir>
#include <QSettings>

namespace {

int runConsole(QApplication &application, tower::TowerOptions options)
{
    using namespace tower;
    if (!options.demo && InstanceLock::isHeld(options.dataDir) && SingleWindow::raiseRunning(options.dataDir))
        return 0;

    const std::unique_ptr<Demo> demo = makeDemo(options);
    const QString dataDir = options.dataDir;
    const ThemeControl theme(application);
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
    const ShutdownSignals shutdown([&application](int) { application.quit(); });
    window.show();
    return application.exec();
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Timmy Tower"));
    QApplication::setDesktopFileName(QStringLiteral("io.timmytower.Console"));
    return tower::startProgram(application.arguments(), true,
                               [&application](tower::TowerOptions options) { return runConsole(application, std::move(options)); });
}
