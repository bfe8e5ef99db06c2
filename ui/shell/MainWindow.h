// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

#include <QHash>
#include <QMainWindow>

class QLabel;
class QStackedWidget;
class QTimer;

namespace tower {

class ClosePanel;
class InlineMessage;
class JumpBox;
class Navigation;
class Pill;
class Tray;
class UndoBar;

/// The one window: navigation, pages, status bar. Pages are made when first shown. `settings` holds what is
/// remembered of the windows (geometry, columns); it outlives the window.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Core &core, QSettings &settings, std::vector<PageSpec> pages, QWidget *parent = nullptr);
    ~MainWindow() override;

    void openPage(const QString &pageId, const QString &key = {});
    using MakeGuide = std::function<PageWidget *(const PageContext &, std::function<void()> done)>;
    /// A page of no place in the navigation, shown at once and until it calls its `done`, then `whenDone`.
    /// Another page may be opened meanwhile; a message leads back.
    void showGuide(const MakeGuide &make, std::function<void()> whenDone);
    /// Nullptr when there is none.
    [[nodiscard]] PageWidget *guide() const { return m_guide; }
    [[nodiscard]] QString currentPage() const { return m_current; }
    [[nodiscard]] PageWidget *page(const QString &pageId) const { return m_made.value(pageId); }
    [[nodiscard]] Navigation *navigation() const { return m_navigation; }
    [[nodiscard]] UndoBar *undoBar() const { return m_undo; }

public slots:
    void jump();
    void chooseBackup();

protected:
    void resizeEvent(QResizeEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void buildMenu();
    void buildStatusBar();
    void buildTray();
    void raiseWindow();
    PageContext context();
    void goToGuide();
    void endGuide();
    void askState();
    void showState(const ApiState &state);
    void showError(const QString &message);
    void count(const PageSpec &page);
    void quit();
    void keepServing();

    Core &m_core;
    QSettings &m_settings;
    std::vector<PageSpec> m_pages;
    QHash<QString, PageWidget *> m_made;
    QString m_current;
    PageWidget *m_guide = nullptr;
    ApiState m_state;
    bool m_quitting = false;

    Navigation *m_navigation;
    QStackedWidget *m_stack;
    UndoBar *m_undo;
    JumpBox *m_jump;
    ClosePanel *m_closePanel;
    InlineMessage *m_message;
    Pill *m_apiPill;
    Pill *m_demoPill;
    QLabel *m_apiAddress;
    QLabel *m_simulated;
    QLabel *m_error;
    Tray *m_tray = nullptr;
    QTimer *m_poll;
};

} // namespace tower
