// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/HouseStyle.h"

#include "ui/widgets/Theme.h"

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>

namespace tower {

namespace {

constexpr int scrollBar = 12;
constexpr int shortestThumb = 32;
constexpr int arrow = 20; ///< room for a combo box's arrow

const Theme &themeOf(const QStyleOption *option)
{
    return Theme::of(option->palette);
}

void box(QPainter *painter, const QRect &rect, const QColor &line, const QBrush &fill)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(line);
    painter->setBrush(fill);
    painter->drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), measure::controlRadius,
                             measure::controlRadius);
    painter->restore();
}

void drawDownArrow(QPainter *painter, const QPointF &middle, const QColor &colour)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(colour, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->drawPolyline(
        QPolygonF{middle + QPointF(-3.5, -2), middle + QPointF(0, 2), middle + QPointF(3.5, -2)});
    painter->restore();
}

void drawButton(const QStyleOption *option, QPainter *painter)
{
    const Theme &theme = themeOf(option);
    const bool pressed =
        option->state.testFlag(QStyle::State_Sunken) || option->state.testFlag(QStyle::State_On);
    const bool near = option->state.testFlag(QStyle::State_MouseOver);
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const bool focus = option->state.testFlag(QStyle::State_HasFocus);
    const QColor line = focus && enabled ? theme.accent : option->palette.color(QPalette::Mid);
    const QColor fill = !enabled  ? option->palette.color(QPalette::AlternateBase)
                        : pressed ? theme.ground(Tone::Accent)
                        : near    ? option->palette.color(QPalette::AlternateBase)
                                  : theme.raised;
    box(painter, option->rect, enabled ? line : theme.hairline, fill);
}

void drawCheckBox(const QStyleOption *option, QPainter *painter)
{
    const Theme &theme = themeOf(option);
    const bool on = option->state.testFlag(QStyle::State_On);
    const QRectF square = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(on ? theme.accent : theme.secondary);
    painter->setBrush(on ? theme.accent : theme.card);
    painter->drawRoundedRect(square, 3, 3);
    if (on) {
        painter->setPen(QPen(theme.onAccent, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPolyline(
            QPolygonF{square.topLeft() + QPointF(square.width() * 0.25, square.height() * 0.52),
                      square.topLeft() + QPointF(square.width() * 0.43, square.height() * 0.70),
                      square.topLeft() + QPointF(square.width() * 0.76, square.height() * 0.32)});
    }
    painter->restore();
}

void drawTab(const QStyleOptionTab *tab, QPainter *painter)
{
    const Theme &theme = themeOf(tab);
    const bool selected = tab->state.testFlag(QStyle::State_Selected);
    painter->save();
    if (!selected && tab->state.testFlag(QStyle::State_MouseOver))
        painter->fillRect(tab->rect, tab->palette.color(QPalette::AlternateBase));
    if (selected) {
        const QRect under(tab->rect.left() + 4, tab->rect.bottom() - 1, tab->rect.width() - 8, 2);
        painter->fillRect(under, theme.accent);
    }
    if (tab->state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(theme.accent);
        painter->drawRect(tab->rect.adjusted(1, 1, -2, -4));
    }
    painter->restore();
}

void drawScrollBar(const QStyleOptionSlider *bar, const QRect &thumb, QPainter *painter)
{
    const bool held = bar->state.testFlag(QStyle::State_Sunken);
    const bool near = bar->state.testFlag(QStyle::State_MouseOver);
    const QRect slim =
        bar->orientation == Qt::Vertical ? thumb.adjusted(3, 2, -3, -2) : thumb.adjusted(2, 3, -2, -3);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(bar->palette.color(held || near ? QPalette::Dark : QPalette::Mid));
    if (bar->maximum > bar->minimum)
        painter->drawRoundedRect(slim, 3, 3);
    painter->restore();
}

QRect thumbOf(const QStyleOptionSlider *bar)
{
    const bool vertical = bar->orientation == Qt::Vertical;
    const int length = vertical ? bar->rect.height() : bar->rect.width();
    const auto range = static_cast<qint64>(bar->maximum) - bar->minimum;
    const qint64 share =
        range > 0 ? static_cast<qint64>(length) * bar->pageStep / (range + bar->pageStep) : length;
    const int thumb = std::clamp(static_cast<int>(share), std::min(shortestThumb, length), length);
    const int at = QStyle::sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition,
                                                   length - thumb, bar->upsideDown);
    return vertical ? QRect(bar->rect.left(), bar->rect.top() + at, bar->rect.width(), thumb)
                    : QRect(bar->rect.left() + at, bar->rect.top(), thumb, bar->rect.height());
}

} // namespace

HouseStyle::HouseStyle()
    : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion")))
{
}

void HouseStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                               const QWidget *widget) const
{
    switch (element) {
    case PE_FrameTabBarBase:
        painter->save();
        painter->setPen(themeOf(option).hairline);
        painter->drawLine(option->rect.bottomLeft(), option->rect.bottomRight());
        painter->restore();
        return;
    case PE_PanelButtonCommand:
        drawButton(option, painter);
        return;
    case PE_PanelButtonTool:
        if (option->state.testFlag(State_Enabled) &&
            (option->state & (State_MouseOver | State_Sunken | State_On)))
            box(painter, option->rect, themeOf(option).hairline,
                option->palette.color(QPalette::AlternateBase));
        return;
    case PE_IndicatorCheckBox:
        drawCheckBox(option, painter);
        return;
    case PE_FrameFocusRect:
        box(painter, option->rect, themeOf(option).accent, Qt::NoBrush);
        return;
    case PE_PanelLineEdit:
    case PE_FrameLineEdit: {
        const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option);
        if (frame && frame->lineWidth == 0)
            return;
        const bool focus = option->state.testFlag(State_HasFocus);
        box(painter, option->rect, focus ? themeOf(option).accent : option->palette.color(QPalette::Mid),
            option->palette.brush(QPalette::Base));
        return;
    }
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void HouseStyle::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                             const QWidget *widget) const
{
    if (element == CE_TabBarTabShape) {
        if (const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(option))
            drawTab(tab, painter);
        return;
    }
    if (element == CE_Splitter)
        return; // the gap between two cards says enough
    if (element == CE_ShapedFrame) {
        const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option);
        if (frame && frame->frameShape == QFrame::StyledPanel) {
            const bool focus = option->state.testFlag(State_HasFocus);
            box(painter, option->rect, focus ? themeOf(option).accent : option->palette.color(QPalette::Mid),
                Qt::NoBrush);
            return;
        }
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void HouseStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option,
                                    QPainter *painter, const QWidget *widget) const
{
    if (const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option);
        bar && control == CC_ScrollBar) {
        drawScrollBar(bar, thumbOf(bar), painter);
        return;
    }
    const auto *spin = qstyleoption_cast<const QStyleOptionSpinBox *>(option);
    if (spin && control == CC_SpinBox && spin->buttonSymbols == QAbstractSpinBox::NoButtons) {
        const bool focus = spin->state.testFlag(State_HasFocus);
        box(painter, spin->rect, focus ? themeOf(option).accent : option->palette.color(QPalette::Mid),
            option->palette.brush(QPalette::Base));
        return;
    }
    const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option);
    if (combo && control == CC_ComboBox && !combo->editable) {
        drawButton(option, painter);
        const QPointF middle(combo->rect.right() - arrow / 2.0, combo->rect.center().y() + 0.5);
        drawDownArrow(painter, middle, themeOf(option).secondary);
        return;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect HouseStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl part,
                                 const QWidget *widget) const
{
    const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option);
    if (!bar || control != CC_ScrollBar)
        return QProxyStyle::subControlRect(control, option, part, widget);
    const QRect thumb = thumbOf(bar);
    const bool vertical = bar->orientation == Qt::Vertical;
    QRect rect = bar->rect;
    switch (part) {
    case SC_ScrollBarSlider:
        return thumb;
    case SC_ScrollBarGroove:
        return rect;
    case SC_ScrollBarSubPage:
        vertical ? rect.setBottom(thumb.top() - 1) : rect.setRight(thumb.left() - 1);
        return rect;
    case SC_ScrollBarAddPage:
        vertical ? rect.setTop(thumb.bottom() + 1) : rect.setLeft(thumb.right() + 1);
        return rect;
    default:
        return {}; // no arrows
    }
}

QRect HouseStyle::subElementRect(SubElement element, const QStyleOption *option, const QWidget *widget) const
{
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    if (element == SE_TabWidgetTabContents)
        return rect.adjusted(0, measure::grid, 0, 0);
    return element == SE_LineEditContents ? rect.adjusted(measure::inside, 0, -measure::inside, 0) : rect;
}

int HouseStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent:
        return scrollBar;
    case PM_ScrollBarSliderMin:
        return shortestThumb;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_TabBarTabShiftVertical:
    case PM_ScrollView_ScrollBarSpacing:
        return 0;
    case PM_ButtonMargin:
        return 10;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

QSize HouseStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                                   const QWidget *widget) const
{
    QSize wanted = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_PushButton:
    case CT_LineEdit:
    case CT_ComboBox:
    case CT_SpinBox:
        wanted.setHeight(std::max(wanted.height(), 28));
        break;
    case CT_ToolButton:
        wanted = QSize(wanted.width() + 4, std::max(wanted.height(), 28));
        break;
    case CT_TabBarTab:
        wanted.setHeight(std::max(wanted.height(), 32));
        break;
    default:
        break;
    }
    return wanted;
}

int HouseStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                          QStyleHintReturn *data) const
{
    if (hint == SH_ScrollBar_Transient)
        return 0;
    return QProxyStyle::styleHint(hint, option, widget, data);
}

} // namespace tower
