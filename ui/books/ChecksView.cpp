// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/books/ChecksView.h"

#include "ui/widgets/Facts.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Words.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace tower {

namespace {

QString titleOf(const QString &name)
{
    if (name == Reconcile::ledgerCheck)
        return ChecksView::tr("Ledger");
    if (name == Reconcile::balancesCheck)
        return ChecksView::tr("Balances");
    if (name == Reconcile::invoicesCheck)
        return ChecksView::tr("Invoices");
    if (name == Reconcile::reservationsCheck)
        return ChecksView::tr("Reservations");
    if (name == Reconcile::walletCheck)
        return ChecksView::tr("Wallet");
    return name;
}

PillLook lookOfResult(const CheckResult &result)
{
    if (!result.ok)
        return {ChecksView::tr("wrong"), PillShape::Triangle, Tone::Bad};
    // An unreachable wallet is no error of the books, and no proof of them either.
    if (!result.difference)
        return {ChecksView::tr("unknown"), PillShape::Ring, Tone::Warn};
    return {ChecksView::tr("holds"), PillShape::Dot, Tone::Good};
}

/// Sats with their thousandths, where there are any.
QString exact(Msat amount)
{
    const std::int64_t rest = amount.value() % 1000;
    if (rest == 0)
        return words::amount(Sats(amount.value() / 1000));
    return ChecksView::tr("%1%2%3 sats")
        .arg(words::grouped(amount.value() / 1000), QLocale().decimalPoint(),
             QString::number(std::llabs(rest)).rightJustified(3, QLatin1Char('0')));
}

} // namespace

ChecksView::ChecksView(QWidget *parent)
    : QWidget(parent)
    , m_when(captionLabel(tr("not checked since this window was opened"), this))
    , m_comparison(new Facts(tr("Wallet and ledger"), this))
{
    auto *inside = new QWidget(this);
    auto *layout = new QVBoxLayout(inside);
    layout->setContentsMargins(0, measure::between, measure::grid, 0);
    layout->setSpacing(measure::between);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(measure::between);
    grid->setVerticalSpacing(12);
    grid->setColumnStretch(2, 1);
    for (const QString &name : {Reconcile::ledgerCheck, Reconcile::balancesCheck, Reconcile::invoicesCheck,
                                Reconcile::reservationsCheck, Reconcile::walletCheck}) {
        Line line{name, new Pill({tr("not checked"), PillShape::Ring, Tone::Neutral}, this),
                  new QLabel(this)};
        auto *title = new QLabel(titleOf(name), this);
        title->setFont(fonts::strong());
        line.detail->setWordWrap(true);
        line.detail->setTextFormat(Qt::PlainText);
        line.detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
        const int row = grid->rowCount();
        grid->addWidget(line.pill, row, 0, Qt::AlignTop);
        grid->addWidget(title, row, 1, Qt::AlignTop);
        grid->addWidget(line.detail, row, 2);
        m_lines.push_back(line);
    }
    layout->addLayout(grid);
    layout->addWidget(m_when);
    layout->addWidget(m_comparison);
    layout->addStretch();
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inside);
    inside->setAutoFillBackground(false);
    scroll->viewport()->setAutoFillBackground(false);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
}

void ChecksView::show(const ReconcileReport &report, Millis at)
{
    for (const CheckResult &result : report.checks) {
        for (const Line &line : m_lines) {
            if (line.name != result.name)
                continue;
            line.pill->setLook(lookOfResult(result));
            line.detail->setText(
                result.difference.value_or(Sats(0)) == Sats(0)
                    ? result.detail
                    : tr("%1 Difference: %2.").arg(result.detail, words::amount(*result.difference)));
        }
    }
    m_when->setText(tr("Checked %1").arg(words::absolute(at)));
}

void ChecksView::show(const Comparison &comparison)
{
    m_comparison->clear();
    const WalletState &wallet = comparison.wallet;
    const QString which = wallet.simulated ? tr(" (simulated)") : QString();
    m_comparison->add(tr("The wallet holds"), wallet.balance ? exact(*wallet.balance) + which
                                                             : tr("unknown: %1").arg(wallet.problem));
    m_comparison->add(tr("The ledger says"), words::amount(comparison.ledger));
    m_comparison->add(tr("On its way out"), comparison.open == 0
                                                ? tr("nothing")
                                                : tr("%1 in %n payment(s) whose outcome is open", nullptr,
                                                     static_cast<int>(comparison.open))
                                                      .arg(words::amount(comparison.onItsWay)));
    if (wallet.balance)
        m_comparison->add(tr("Wallet − ledger"), exact(*wallet.balance - toMsat(comparison.ledger)),
                          tr("The check above explains what may differ: payments that arrived and are not "
                             "booked, payments whose outcome is open, fractions of a sat."));
}

PillLook ChecksView::lookOfCheck(const QString &name) const
{
    for (const Line &line : m_lines) {
        if (line.name == name)
            return line.pill->look();
    }
    return {};
}

} // namespace tower
