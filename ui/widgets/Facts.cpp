// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Facts.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Theme.h"
#include "ui/widgets/Words.h"

#include <QFormLayout>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int captionWidth = 100; ///< the same in every list, so that values stand below each other
constexpr int quotedHeight = 84;

} // namespace

Facts::Facts(const QString &heading, QWidget *parent)
    : QWidget(parent)
    , m_heading(new QLabel(heading, this))
    , m_form(new QFormLayout)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::inside);
    m_heading->setFont(fonts::cardTitle());
    m_heading->setVisible(!heading.isEmpty());
    layout->addWidget(m_heading);
    m_form->setVerticalSpacing(measure::inside);
    m_form->setHorizontalSpacing(measure::grid);
    layout->addLayout(m_form);
    hide();
}

void Facts::clear()
{
    while (m_form->rowCount() > 0)
        m_form->removeRow(0);
    hide();
}

void Facts::add(const QString &caption, const QString &text, const QString &tooltip)
{
    if (text.isEmpty())
        return;
    auto *value = new QLabel(text, this);
    value->setTextFormat(Qt::PlainText);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setToolTip(tooltip);
    add(caption, value);
}

void Facts::add(const QString &caption, QWidget *value)
{
    auto *label = captionLabel(caption, this);
    label->setFixedWidth(captionWidth);
    label->setWordWrap(true);
    m_form->addRow(label, value);
    show();
}

void Facts::addKey(const QString &caption, const std::optional<PubKey> &key)
{
    if (key)
        add(caption, new NpubLabel(*key, this));
    else
        add(caption, tr("anonymous"));
}

void Facts::addId(const QString &caption, const QString &id)
{
    if (id.isEmpty())
        return;
    auto *value = new QLabel(words::shortened(id, 14, 8), this);
    value->setFont(fonts::fixed());
    value->setTextFormat(Qt::PlainText);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setToolTip(id);
    add(caption, value);
}

QString Facts::text(const QString &caption) const
{
    for (int i = 0; i < m_form->rowCount(); ++i) {
        const auto *label = qobject_cast<QLabel *>(m_form->itemAt(i, QFormLayout::LabelRole)->widget());
        const auto *value = qobject_cast<QLabel *>(m_form->itemAt(i, QFormLayout::FieldRole)->widget());
        if (label && value && label->text() == caption)
            return value->text();
    }
    return {};
}

QuotedText::QuotedText(const QString &caption, QWidget *parent)
    : QWidget(parent)
    , m_text(new QPlainTextEdit(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::inside);
    auto *heading = new QLabel(caption, this);
    heading->setFont(fonts::cardTitle());
    layout->addWidget(heading);
    m_text->setReadOnly(true);
    m_text->setTabChangesFocus(true);
    m_text->setFixedHeight(quotedHeight);
    m_text->setAccessibleName(caption);
    layout->addWidget(m_text);
    hide();
}

void QuotedText::show(const QString &text)
{
    if (m_text->toPlainText() != text)
        m_text->setPlainText(text);
    setVisible(!text.isEmpty());
}

QString QuotedText::text() const
{
    return m_text->toPlainText();
}

} // namespace tower
