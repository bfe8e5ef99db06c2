// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QWidget>

#include <optional>

class QFormLayout;
class QLabel;
class QPlainTextEdit;

namespace tower {

/// Captions and values under a heading, in a detail panel. Values can be selected; empty ones are left out,
/// and so is the heading of none.
class Facts : public QWidget
{
    Q_OBJECT

public:
    explicit Facts(const QString &heading, QWidget *parent = nullptr);

    void clear();
    void add(const QString &caption, const QString &text, const QString &tooltip = {});
    void add(const QString &caption, QWidget *value);
    void addKey(const QString &caption, const std::optional<PubKey> &key);
    /// An id or a hash: shortened, whole in the tooltip.
    void addId(const QString &caption, const QString &id);
    [[nodiscard]] QString text(const QString &caption) const;

private:
    QLabel *m_heading;
    QFormLayout *m_form;
};

/// Somebody's words, of any length, as plain text that can be read and copied.
class QuotedText : public QWidget
{
    Q_OBJECT

public:
    explicit QuotedText(const QString &caption, QWidget *parent = nullptr);

    /// Hidden when there are none.
    void show(const QString &text);
    [[nodiscard]] QString text() const;

private:
    QPlainTextEdit *m_text;
};

} // namespace tower
