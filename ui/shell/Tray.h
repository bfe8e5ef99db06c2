// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/TrayNews.h"

#include <QMenu>

class QAction;
class QSystemTrayIcon;

namespace tower {

/// The icon in the desktop's tray: a menu, and what TrayNews has to tell. The window must not be hidden where
/// there is none.
class Tray : public QObject
{
    Q_OBJECT

public:
    explicit Tray(Core &core, QObject *parent = nullptr);
    ~Tray() override;

    static bool isAvailable();
    void showState(const ApiState &state);
    /// What the next click on a message leads to.
    void tell(const TrayMessage &message);
    [[nodiscard]] QMenu &menu() { return m_menu; }
    [[nodiscard]] QString toolTip() const;

signals:
    void wantsWindow();
    void wantsPage(const QString &pageId, const QString &key);
    void wantsQuit();

private:
    void serveOrStop();
    void messageClicked();

    Core &m_core;
    QMenu m_menu;
    QSystemTrayIcon *m_icon;
    QAction *m_serve;
    bool m_serving = false;
    TrayMessage m_message;
};

} // namespace tower
