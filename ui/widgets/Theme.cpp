// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Theme.h"

#include "ui/widgets/HouseStyle.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QPainter>
#include <QStyleHints>

namespace tower {

namespace {

QColor mixed(const QColor &ground, const QColor &over, double share)
{
    const auto part = [share](int a, int b) { return static_cast<int>(a + (b - a) * share + 0.5); };
    return QColor(part(ground.red(), over.red()), part(ground.green(), over.green()),
                  part(ground.blue(), over.blue()));
}

QFont sized(int pixels, QFont::Weight weight = QFont::Normal)
{
    QFont font = QGuiApplication::font();
    font.setPixelSize(pixels);
    font.setWeight(weight);
    return font;
}

bool isDigit(QChar c)
{
    return c >= QLatin1Char('0') && c <= QLatin1Char('9');
}

int digitWidth(const QFontMetrics &metrics)
{
    int width = 0;
    for (char c = '0'; c <= '9'; ++c)
        width = std::max(width, metrics.horizontalAdvance(QLatin1Char(c)));
    return width;
}

} // namespace

const Theme &Theme::light()
{
    static const Theme theme{
        .dark = false,
        .window = 0xF5F6F8,
        .card = 0xFFFFFF,
        .raised = 0xFFFFFF,
        .hairline = 0xDDE1E7,
        .text = 0x1A1D23,
        .secondary = 0x5A6272,
        .disabled = 0x9AA1AD,
        .accent = 0xB45309,
        .onAccent = 0xFFFFFF,
        .good = 0x15803D,
        .warn = 0xA16207,
        .bad = 0xB91C1C,
        .info = 0x1D4ED8,
        .tiers = {QColor(0x9AA1AD), QColor(0x64748B), QColor(0x0E7490), QColor(0x6D28D9), QColor(0xB45309)},
    };
    return theme;
}

const Theme &Theme::night()
{
    static const Theme theme{
        .dark = true,
        .window = 0x15171C,
        .card = 0x1C1F26,
        .raised = 0x232731,
        .hairline = 0x2E333D,
        .text = 0xE8EAEE,
        .secondary = 0xA3ABBA,
        .disabled = 0x656D7B,
        .accent = 0xF59E0B,
        .onAccent = 0x15171C,
        .good = 0x4ADE80,
        .warn = 0xFACC15,
        .bad = 0xF87171,
        .info = 0x60A5FA,
        .tiers = {QColor(0x656D7B), QColor(0x94A3B8), QColor(0x22D3EE), QColor(0xA78BFA), QColor(0xF59E0B)},
    };
    return theme;
}

const Theme &Theme::of(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < 128 ? night() : light();
}

QColor Theme::colour(Tone tone) const
{
    switch (tone) {
    case Tone::Neutral:
        return secondary;
    case Tone::Accent:
        return accent;
    case Tone::Good:
        return good;
    case Tone::Warn:
        return warn;
    case Tone::Bad:
        return bad;
    case Tone::Info:
        return info;
    case Tone::Anonymous:
        return tiers[0];
    case Tone::New:
        return tiers[1];
    case Tone::Established:
        return tiers[2];
    case Tone::Trusted:
        return tiers[3];
    case Tone::Elite:
        return tiers[4];
    }
    return secondary;
}

QColor Theme::ground(Tone tone) const
{
    return mixed(card, colour(tone), dark ? 0.16 : 0.09);
}

QPalette Theme::palette() const
{
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, card);
    p.setColor(QPalette::AlternateBase, mixed(card, window, 0.6));
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::PlaceholderText, secondary);
    p.setColor(QPalette::Button, raised);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::ToolTipBase, raised);
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::Highlight, accent);
    p.setColor(QPalette::HighlightedText, onAccent);
    p.setColor(QPalette::Link, info);
    p.setColor(QPalette::LinkVisited, info);
    p.setColor(QPalette::Light, mixed(raised, QColor(Qt::white), dark ? 0.08 : 1.0));
    p.setColor(QPalette::Midlight, hairline);
    p.setColor(QPalette::Mid, mixed(hairline, text, 0.15));
    p.setColor(QPalette::Dark, mixed(hairline, text, 0.3));
    // Shadow stays the platform's: a palette that sets every role would never hear of a change of theme.
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, disabled);
    p.setColor(QPalette::Disabled, QPalette::Highlight, hairline);
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, secondary);
    return p;
}

namespace fonts {

QFont body()
{
    return sized(13);
}
QFont strong()
{
    return sized(13, QFont::DemiBold);
}
QFont caption()
{
    return sized(11);
}
QFont cardTitle()
{
    return sized(13, QFont::DemiBold);
}
QFont pageTitle()
{
    return sized(20, QFont::DemiBold);
}
QFont figure()
{
    return tabular(sized(28, QFont::Medium));
}
QFont fixed()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(12);
    return font;
}
QFont tabular(QFont font)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    font.setFeature(QFont::Tag("tnum"), 1);
#endif
    return font;
}

} // namespace fonts

int tabularWidth(const QFont &font, const QString &text)
{
    const QFontMetrics metrics(font);
    const int digit = digitWidth(metrics);
    int width = 0;
    for (const QChar c : text)
        width += isDigit(c) ? digit : metrics.horizontalAdvance(c);
    return width;
}

void drawTabular(QPainter &painter, const QRect &rect, const QString &text)
{
    const QFontMetrics metrics(painter.font());
    const int digit = digitWidth(metrics);
    const int baseline = rect.top() + (rect.height() - metrics.height()) / 2 + metrics.ascent();
    int x = rect.right() + 1 - tabularWidth(painter.font(), text);
    for (const QChar c : text) {
        const int own = metrics.horizontalAdvance(c);
        const int cell = isDigit(c) ? digit : own;
        painter.drawText(x + (cell - own) / 2, baseline, QString(c));
        x += cell;
    }
}

ThemeControl::ThemeControl(QApplication &application, Scheme scheme)
    : QObject(&application)
    , m_application(application)
    , m_scheme(scheme)
{
    QApplication::setStyle(new HouseStyle);
    QFont font = QApplication::font();
    if (QFontDatabase::families().contains(QLatin1String("Inter")))
        font.setFamily(QStringLiteral("Inter"));
    font.setPixelSize(13);
    QApplication::setFont(font);
    apply();
    application.installEventFilter(this);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, &ThemeControl::apply);
#endif
}

void ThemeControl::setScheme(Scheme scheme)
{
    m_scheme = scheme;
    apply();
}

bool ThemeControl::eventFilter(QObject *watched, QEvent *event)
{
    const bool told = event->type() == QEvent::ThemeChange ||
                      (event->type() == QEvent::ApplicationPaletteChange && watched == &m_application);
    // Later, not inside the event: the platform is still handing its palette around.
    if (told && !m_applying && m_scheme == Scheme::System)
        QMetaObject::invokeMethod(this, &ThemeControl::apply, Qt::QueuedConnection);
    return QObject::eventFilter(watched, event);
}

bool ThemeControl::systemIsDark()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const auto scheme = QGuiApplication::styleHints()->colorScheme();
    if (scheme != Qt::ColorScheme::Unknown)
        return scheme == Qt::ColorScheme::Dark;
#endif
    // Without our own palette the application's is the platform's.
    QApplication::setPalette(QPalette());
    return QApplication::palette().color(QPalette::Window).lightness() < 128;
}

void ThemeControl::apply()
{
    if (m_applying)
        return;
    m_applying = true;
    const bool dark = m_scheme == Scheme::Dark || (m_scheme == Scheme::System && systemIsDark());
    QApplication::setPalette((dark ? Theme::night() : Theme::light()).palette());
    m_applying = false;
}

} // namespace tower
