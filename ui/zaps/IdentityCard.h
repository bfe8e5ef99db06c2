// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

class QFrame;
class QLabel;
class QToolButton;

namespace tower {

class NpubLabel;
class QrCode;

/// Timmy's own identity: its npub, which a click copies, how many zaps it has paid, and a QR code on demand.
class IdentityCard : public QWidget
{
    Q_OBJECT

public:
    explicit IdentityCard(const PageContext &context, QWidget *parent = nullptr);

    void reload();
    [[nodiscard]] NpubLabel *npub() const { return m_npub; }
    [[nodiscard]] QrCode *code() const { return m_code; }
    [[nodiscard]] QString zaps() const;

public slots:
    void showCode();

signals:
    void failed(const tower::ServiceError &error);

private:
    Core &m_core;
    NpubLabel *m_npub;
    QLabel *m_zaps;
    QToolButton *m_show;
    QFrame *m_popup;
    QrCode *m_code;
};

} // namespace tower
