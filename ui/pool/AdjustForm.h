// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pool/GenerosityPool.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace tower {

class InlineMessage;

/// Adding to the pool or taking from it: an amount, a reason, and what will be then. Money has no undo, so
/// the button says exactly what it does.
class AdjustForm : public QWidget
{
    Q_OBJECT

public:
    enum class Way { Add, Take };

    AdjustForm(Way way, const PoolStatus &status, QWidget *parent = nullptr);

    /// The pool has moved meanwhile: the preview follows, what is typed stays.
    void setStatus(const PoolStatus &status);
    void say(const QString &problem);

signals:
    /// Negative: taken.
    void submitted(tower::Sats sats, const QString &reason);
    void cancelled();

private:
    void describe();

    Way m_way;
    PoolStatus m_status;
    QSpinBox *m_amount;
    QLineEdit *m_reason;
    QLabel *m_preview;
    InlineMessage *m_message;
    QPushButton *m_go;
};

} // namespace tower
