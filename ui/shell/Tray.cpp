// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/Tray.h"

#include "ui/widgets/Icons.h"

#include <QSystemTrayIcon>

namespace tower {

namespace {

QSystemTrayIcon::MessageIcon signOf(Tone tone)
{
    if (tone == Tone::Bad)
        return QSystemTrayIcon::Critical;
    return tone == Tone::Warn ? QSystemTrayIcon::Warning : QSystemTrayIcon::Information;
}

} // namespace

Tray::Tray(Core &core, QObject *parent)
    : QObject(parent)
    , m_core(core)
    , m_icon(new QSystemTrayIcon(appIcon(), this))
{
    m_menu.addAction(icon(QStringLiteral("tower")), tr("Show the window"), this, &Tray::wantsWindow);
    m_serve = m_menu.addAction(QString(), this, &Tray::serveOrStop);
    m_menu.addSeparator();
    m_menu.addAction(icon(QStringLiteral("quit")), tr("Quit"), this, &Tray::wantsQuit);
    m_icon->setContextMenu(&m_menu);
    connect(m_icon, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
        if (reason == QSystemTrayIcon::Trigger)
            emit wantsWindow();
    });
    connect(m_icon, &QSystemTrayIcon::messageClicked, this, &Tray::messageClicked);
    auto *watch = new TrayWatch(core, this);
    connect(watch, &TrayWatch::told, this, &Tray::tell);
    showState({});
    m_icon->show();
}

Tray::~Tray()
{
    m_icon->setContextMenu(nullptr); // which goes before it
}

bool Tray::isAvailable()
{
    return QSystemTrayIcon::isSystemTrayAvailable();
}

void Tray::showState(const ApiState &state)
{
    m_serving = state.listening;
    m_serve->setText(m_serving ? tr("Stop serving") : tr("Start serving"));
    m_serve->setIcon(icon(m_serving ? QStringLiteral("stop") : QStringLiteral("play")));
    m_icon->setToolTip(m_serving ? tr("Timmy Tower serves at %1").arg(state.url)
                                 : tr("Timmy Tower does not serve"));
}

QString Tray::toolTip() const
{
    return m_icon->toolTip();
}

void Tray::tell(const TrayMessage &message)
{
    m_message = message;
    m_icon->showMessage(message.title, message.text, signOf(message.tone));
}

void Tray::messageClicked()
{
    emit wantsWindow();
    emit wantsPage(m_message.pageId, m_message.key);
}

void Tray::serveOrStop()
{
    const bool stop = m_serving;
    m_core.run(
        this,
        [stop](Services &s) {
            stop ? s.control.stopServing() : s.control.startServing();
            return s.control.api();
        },
        [this](const ApiState &state) { showState(state); },
        [this](const ServiceError &error) {
            tell({Tone::Bad, tr("The API can't be started"), error.message(), QStringLiteral("api"), {}});
        });
}

} // namespace tower
