// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QLabel>

namespace tower {

/// A public key: shortened npub; a click copies it whole and says so. GUI thread.
class NpubLabel : public QLabel
{
    Q_OBJECT

public:
    explicit NpubLabel(QWidget *parent = nullptr);
    explicit NpubLabel(const PubKey &key, QWidget *parent = nullptr);

    void setKey(const PubKey &key);
    [[nodiscard]] QString npub() const { return m_npub; }

public slots:
    void copyNpub();
    void copyHex();

protected:
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void copy(const QString &text);

    PubKey m_key;
    QString m_npub;
};

/// An amount: grouped figures and the unit.
class SatsLabel : public QLabel
{
    Q_OBJECT

public:
    explicit SatsLabel(QWidget *parent = nullptr);

    /// `fiat` is a whole phrase for the tooltip ("about 12.30 USD"), or empty.
    void setAmount(Sats amount, const QString &fiat = {});
};

/// A quieter label: caption size, secondary colour.
QLabel *captionLabel(const QString &text, QWidget *parent = nullptr);

} // namespace tower
