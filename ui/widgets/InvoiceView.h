// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/payments/InvoiceStore.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace tower {

class QrCode;
class SatsLabel;

/// An invoice that waits to be paid: the code to scan, its amount, how long it holds, and a way to copy it.
class InvoiceView : public QWidget
{
    Q_OBJECT

public:
    explicit InvoiceView(QWidget *parent = nullptr);

    void show(const Invoice &invoice, const QString &what);
    [[nodiscard]] QrCode *code() const { return m_code; }

private:
    QrCode *m_code;
    QLabel *m_what;
    SatsLabel *m_amount;
    QLabel *m_until;
    QLabel *m_text;
    QPushButton *m_copy;
};

} // namespace tower
