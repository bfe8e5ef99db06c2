// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/AccountDetail.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Words.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>

namespace tower {

AccountDetail::AccountDetail(const RelayAccount &account, QWidget *parent)
    : QWidget(parent)
    , m_key(account.pubkey)
{
    auto *form = new QFormLayout(this);
    form->setContentsMargins(0, 0, measure::grid, 0);
    form->setVerticalSpacing(measure::grid);
    form->setRowWrapPolicy(QFormLayout::WrapLongRows);
    const auto row = [this, form](const QString &caption, const QString &text) {
        if (text.isEmpty())
            return;
        auto *value = new QLabel(text, this);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        form->addRow(captionLabel(caption, this), value);
    };
    form->addRow(captionLabel(tr("Key"), this), new NpubLabel(account.pubkey, this));
    auto *pills = new QWidget(this);
    auto *inRow = new QHBoxLayout(pills);
    inRow->setContentsMargins(0, 0, 0, 0);
    inRow->addWidget(new Pill(lookOf(account.level), pills));
    inRow->addWidget(new Pill(lookOf(account.tier), pills));
    inRow->addStretch();
    form->addRow(captionLabel(tr("Access and tier"), this), pills);
    row(tr("Score"), words::grouped(account.score));
    row(tr("How"), wordOf(account.grantedBy));
    row(tr("By"), account.actor);
    row(tr("Granted"), words::absolute(account.grantedAt));
    row(tr("Revoked"), account.revokedAt ? words::absolute(*account.revokedAt) : QString());
    row(tr("Until"), account.expiresAt ? words::absolute(*account.expiresAt) : QString());
    row(tr("Notes"), account.notes);
}

} // namespace tower
