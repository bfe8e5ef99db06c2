// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/TowerControl.h"
#include "ui/widgets/Pill.h"

#include <QWidget>

class QLabel;

namespace tower {

class Facts;

/// The books' five checks with their last result, and the wallet beside the ledger.
class ChecksView : public QWidget
{
    Q_OBJECT

public:
    /// What the ledger holds against what the wallet says.
    struct Comparison
    {
        WalletState wallet;
        Sats ledger;           ///< its wallet account
        Sats onItsWay;         ///< out, outcome open
        std::int64_t open = 0; ///< how many payments that are
    };

    explicit ChecksView(QWidget *parent = nullptr);

    void show(const ReconcileReport &report, Millis at);
    void show(const Comparison &comparison);
    [[nodiscard]] Facts *comparison() const { return m_comparison; }
    /// How the check of that name looks; empty before the first run.
    [[nodiscard]] PillLook lookOfCheck(const QString &name) const;

private:
    struct Line
    {
        QString name;
        Pill *pill;
        QLabel *detail;
    };

    std::vector<Line> m_lines;
    QLabel *m_when;
    Facts *m_comparison;
};

} // namespace tower
