// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QScrollArea;
class QSettings;
class QSplitter;
class QVBoxLayout;

namespace tower {

/// A titled surface with room for actions at the right of the title.
class Card : public QFrame
{
    Q_OBJECT

public:
    explicit Card(const QString &title = {}, QWidget *parent = nullptr);

    [[nodiscard]] QVBoxLayout *body() const { return m_body; }
    void addAction(QWidget *widget);
    void setTitle(const QString &title);
    /// A card that is filled to its edges by its content (a table).
    void setFlush();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QLabel *m_title;
    QHBoxLayout *m_head;
    QVBoxLayout *m_body;
};

/// The panel at the right of a table: a title, a way to close it, and content that scrolls. Hidden at first.
class DetailPanel : public QFrame
{
    Q_OBJECT

public:
    explicit DetailPanel(QWidget *parent = nullptr);

    /// Shows `content` (owned from now on, the former content goes) under `title`.
    void present(const QString &title, QWidget *content);
    [[nodiscard]] QWidget *content() const;

public slots:
    void dismiss();

signals:
    void dismissed();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QLabel *m_title;
    QScrollArea *m_scroll;
};

/// A splitter whose division is remembered under `id`.
void rememberSplitter(QSplitter *splitter, QSettings *settings, const QString &id);

} // namespace tower
