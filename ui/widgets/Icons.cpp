// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

// The icons lie in a static library: without this the linker would leave them out. (The macro refuses to
// stand in a namespace.)
static void haveIcons()
{
    static const bool once = [] {
        Q_INIT_RESOURCE(icons);
        return true;
    }();
    static_cast<void>(once);
}

namespace tower {

namespace {

class RecolouredIcon final : public QIconEngine
{
public:
    explicit RecolouredIcon(QString name, std::optional<Tone> tone = {})
        : m_name(std::move(name))
        , m_tone(tone)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        QSvgRenderer renderer(source(colour(mode)));
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        renderer.render(painter, rect);
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        const QString cacheKey = QStringLiteral("tower:%1:%2:%3x%4")
                                     .arg(m_name, colour(mode).name())
                                     .arg(size.width())
                                     .arg(size.height());
        QPixmap pixmap;
        if (QPixmapCache::find(cacheKey, &pixmap))
            return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        painter.end();
        QPixmapCache::insert(cacheKey, pixmap);
        return pixmap;
    }

    [[nodiscard]] QIconEngine *clone() const override { return new RecolouredIcon(m_name, m_tone); }

private:
    [[nodiscard]] QColor colour(QIcon::Mode mode) const
    {
        const QPalette palette = QGuiApplication::palette();
        const Theme &theme = Theme::of(palette);
        if (mode == QIcon::Disabled)
            return theme.disabled;
        if (m_tone)
            return theme.colour(*m_tone);
        return mode == QIcon::Selected ? theme.onAccent : theme.text;
    }

    [[nodiscard]] QByteArray source(const QColor &colour) const
    {
        QFile file(QStringLiteral(":/icons/%1.svg").arg(m_name));
        if (!file.open(QIODevice::ReadOnly))
            return {};
        return file.readAll().replace("currentColor", colour.name().toLatin1());
    }

    QString m_name;
    std::optional<Tone> m_tone;
};

} // namespace

QIcon icon(const QString &name)
{
    haveIcons();
    return QIcon(new RecolouredIcon(name));
}

QIcon icon(const QString &name, Tone tone)
{
    haveIcons();
    return QIcon(new RecolouredIcon(name, tone));
}

QIcon appIcon()
{
    return icon(QStringLiteral("tower"), Tone::Accent);
}

} // namespace tower
