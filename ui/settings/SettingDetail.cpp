// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/SettingDetail.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

namespace {

QLabel *paragraph(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

SettingDetail::SettingDetail(const SettingLine &line, QWidget *parent)
    : QWidget(parent)
    , m_line(line)
    , m_state(paragraph({}, this))
    , m_save(new QPushButton(tr("Change"), this))
    , m_reset(new QPushButton(tr("Back to the default"), this))
    , m_message(new InlineMessage(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    auto *name = new QLabel(line.name, this);
    name->setFont(fonts::fixed());
    name->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(name);
    layout->addWidget(paragraph(line.meaning, this));
    if (line.choices.isEmpty()) {
        m_field = new QLineEdit(line.value, this);
        m_field->setAccessibleName(line.name);
        layout->addWidget(m_field);
        connect(m_field, &QLineEdit::textChanged, this, &SettingDetail::describe);
        connect(m_field, &QLineEdit::returnPressed, this, &SettingDetail::submit);
    } else {
        m_choice = new QComboBox(this);
        m_choice->addItems(line.choices);
        m_choice->setCurrentText(line.value);
        m_choice->setAccessibleName(line.name);
        layout->addWidget(m_choice);
        connect(m_choice, &QComboBox::currentIndexChanged, this, &SettingDetail::describe);
    }
    auto *range = captionLabel(line.range, this);
    range->setWordWrap(true);
    layout->addWidget(range);
    layout->addWidget(m_message);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_reset);
    buttons->addStretch();
    buttons->addWidget(m_save);
    layout->addLayout(buttons);
    layout->addWidget(m_state);
    layout->addStretch();
    connect(m_save, &QPushButton::clicked, this, &SettingDetail::submit);
    connect(m_reset, &QPushButton::clicked, this, &SettingDetail::reset);
    if (line.isSecret) {
        for (QWidget *each :
             QList<QWidget *>{m_save, m_reset, m_field ? static_cast<QWidget *>(m_field) : m_choice, range})
            each->hide();
    }
    describe();
}

QString SettingDetail::text() const
{
    return m_field ? m_field->text().trimmed() : m_choice->currentText();
}

void SettingDetail::setText(const QString &text)
{
    m_field ? m_field->setText(text) : m_choice->setCurrentText(text);
}

void SettingDetail::show(const SettingLine &line)
{
    const bool touched = text() != m_line.value;
    m_line = line;
    if (!touched)
        setText(line.value);
    describe();
}

void SettingDetail::describe()
{
    m_save->setEnabled(text() != m_line.value);
    m_reset->setEnabled(m_line.saved);
    QStringList says;
    if (m_line.isSecret) {
        says.append(m_line.isSet ? tr("Set, from: %1. Its value is never shown.").arg(m_line.source)
                                 : tr("Not set."));
        says.append(tr("Secrets come from the environment variable %1, from the file that %1_FILE names, or "
                       "from the keychain.")
                        .arg(m_line.name));
    } else {
        says.append(tr("In force: %1 (%2). Default: %3.")
                        .arg(m_line.value.isEmpty() ? tr("nothing") : m_line.value, m_line.source,
                             m_line.standard.isEmpty() ? tr("nothing") : m_line.standard));
        if (m_line.restart)
            says.append(tr("A change takes effect at the next start."));
    }
    m_state->setText(says.join(QLatin1Char('\n')));
}

void SettingDetail::say(const QString &problem)
{
    m_message->say(Tone::Bad, problem);
}

void SettingDetail::submit()
{
    if (!m_line.setting || text() == m_line.value)
        return;
    m_message->hide();
    emit changes(*m_line.setting, text());
}

void SettingDetail::reset()
{
    if (!m_line.setting)
        return;
    m_message->hide();
    setText(m_line.value); // what was typed is given up: the default is to show
    emit changes(*m_line.setting, std::nullopt);
}

} // namespace tower
