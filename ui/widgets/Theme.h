// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QPalette>

#include <array>

class QApplication;
class QPainter;
class QRect;

namespace tower {

/// What a colour says. It never speaks alone: a word and a shape stand beside it.
enum class Tone { Neutral, Accent, Good, Warn, Bad, Info, Anonymous, New, Established, Trusted, Elite };

/// The semantic colours of one scheme. Which one applies is read from the palette, so that a widget needs
/// nothing but its own palette() to be painted right, live.
struct Theme
{
    bool dark = false;
    QColor window, card, raised, hairline;
    QColor text, secondary, disabled;
    QColor accent, onAccent;
    QColor good, warn, bad, info;
    std::array<QColor, 5> tiers;

    static const Theme &light();
    static const Theme &night();
    static const Theme &of(const QPalette &palette);

    [[nodiscard]] QColor colour(Tone tone) const;
    /// A faint ground in that tone, laid over a card.
    [[nodiscard]] QColor ground(Tone tone) const;
    [[nodiscard]] QPalette palette() const;
};

/// Distances in pixels.
namespace measure {
constexpr int grid = 8;
constexpr int inside = 4;
constexpr int page = 24;
constexpr int between = 16;
constexpr int card = 16;
constexpr int row = 32;
constexpr int compactRow = 26;
constexpr int cardRadius = 8;
constexpr int controlRadius = 6;
constexpr int pillRadius = 10;
constexpr int navigation = 200;
constexpr int navigationIcons = 56;
constexpr int collapseBelow = 1100;
} // namespace measure

/// The text styles, from the application's font.
namespace fonts {
QFont body();
QFont strong();
QFont caption();
QFont cardTitle();
QFont pageTitle();
QFont figure();
QFont fixed();
/// All digits equally wide, where the font can; drawTabular() does it with every font.
QFont tabular(QFont font);
} // namespace fonts

/// Draws one line, right-aligned, with every digit on the same width.
void drawTabular(QPainter &painter, const QRect &rect, const QString &text);
int tabularWidth(const QFont &font, const QString &text);

enum class Scheme { System, Light, Dark };

/// Dresses the application (Fusion, palette, fonts) and keeps following the system's light and dark while
/// the scheme is System. Lives as long as the application.
class ThemeControl : public QObject
{
    Q_OBJECT

public:
    explicit ThemeControl(QApplication &application, Scheme scheme = Scheme::System);

    void setScheme(Scheme scheme);
    [[nodiscard]] Scheme scheme() const { return m_scheme; }

    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void apply();
    bool systemIsDark();

    QApplication &m_application;
    Scheme m_scheme;
    bool m_applying = false;
};

} // namespace tower
