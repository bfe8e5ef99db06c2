// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/settings/SettingModel.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace tower {

class InlineMessage;

/// One setting: what it means, what it may be, and a field to change it. What is being typed survives changes
/// from elsewhere, and a refusal.
class SettingDetail : public QWidget
{
    Q_OBJECT

public:
    explicit SettingDetail(const SettingLine &line, QWidget *parent = nullptr);

    [[nodiscard]] const QString &name() const { return m_line.name; }
    /// The same setting as it is now.
    void show(const SettingLine &line);
    void say(const QString &problem);
    void setText(const QString &text);
    void submit();
    void reset();

signals:
    /// Nullopt: back to the default.
    void changes(tower::Setting setting, const std::optional<QString> &text);

private:
    [[nodiscard]] QString text() const;
    void describe();

    SettingLine m_line;
    QLineEdit *m_field = nullptr;
    QComboBox *m_choice = nullptr;
    QLabel *m_state;
    QPushButton *m_save;
    QPushButton *m_reset;
    InlineMessage *m_message;
};

} // namespace tower
