// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/assistant/SetupStep.h"

namespace tower {

class NpubLabel;

/// Who Timmy is: the key that was made, or another in its place, which is typed twice, the second time from
/// its backup.
class KeyStep : public SetupStep
{
    Q_OBJECT

public:
    explicit KeyStep(const PageContext &context, QWidget *parent = nullptr);

    void showFacts(const SetupFacts &facts) override;
    void type(const QString &key, const QString &fromBackup);
    void import();
    [[nodiscard]] bool canImport() const;
    [[nodiscard]] InlineMessage *message() const { return m_message; }

private:
    void describe();
    void imported(const PubKey &owner);

    PageContext m_context;
    NpubLabel *m_npub;
    QLabel *m_origin;
    QWidget *m_form;
    QLineEdit *m_key;
    QLineEdit *m_again;
    QLabel *m_says;
    QPushButton *m_import;
    InlineMessage *m_message;
};

} // namespace tower
