// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/books/BooksPage.h"

#include "ui/books/LedgerView.h"
#include "ui/books/OutgoingView.h"
#include "ui/books/OwedView.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"

#include <QDateTime>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

namespace tower {

BooksPage::BooksPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Books"), context, parent)
    , m_tabs(new QTabWidget(this))
    , m_ledger(new LedgerView(context, this))
    , m_checks(new ChecksView(this))
    , m_outgoing(new OutgoingView(context, this))
    , m_owed(new OwedView(context, this))
    , m_verdict(new Pill({tr("books not checked"), PillShape::Ring, Tone::Neutral}, this))
    , m_reconcile(new QPushButton(icon(QStringLiteral("verify")), tr("Reconcile now"), this))
{
    addHeaderWidget(m_verdict);
    addHeaderWidget(m_reconcile);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_ledger, tr("Ledger"));
    m_tabs->addTab(m_checks, tr("Checks"));
    m_tabs->addTab(m_outgoing, tr("Outgoing"));
    m_tabs->addTab(m_owed, tr("Owed back"));
    auto *card = new Card({}, this);
    card->body()->addWidget(m_tabs);
    content()->addWidget(card, 1);

    const auto toWork = [this](const QString &key) {
        const bool ofNode = key.startsWith(QLatin1String("node:"));
        goTo(ofNode ? QStringLiteral("nodes") : QStringLiteral("work"), key);
    };
    connect(m_ledger, &LedgerView::asksWork, this, toWork);
    connect(m_owed, &OwedView::asksWork, this, toWork);
    connect(m_outgoing, &OutgoingView::started, this, &BooksPage::startWork);
    connect(m_outgoing, &OutgoingView::ended, this, &BooksPage::endWork);
    connect(m_outgoing, &OutgoingView::said, this,
            [this](Tone tone, const QString &text) { message()->say(tone, text); });
    connect(m_reconcile, &QPushButton::clicked, this, &BooksPage::reconcile);
    connect(&core(), &Core::changed, this, [this](const std::vector<Change> &changes) {
        m_ledger->follow(changes);
        m_outgoing->follow(changes);
        m_owed->follow(changes);
    });
}

/// Whoever opens the books wants to know whether they hold.
void BooksPage::showEvent(QShowEvent *event)
{
    PageWidget::showEvent(event);
    if (!std::exchange(m_everChecked, true))
        reconcile();
}

void BooksPage::reconcile()
{
    m_everChecked = true;
    m_reconcile->setEnabled(false);
    m_verdict->setLook({tr("checking…"), PillShape::Ring, Tone::Info});
    startWork();
    core().runLater(
        this, [](Services &s) { return s.control.reconcile(); },
        [this](const ReconcileReport &report) {
            endRun();
            showReport(report);
        },
        [this](const ServiceError &error) {
            endRun();
            m_verdict->setLook({tr("books not checked"), PillShape::Ring, Tone::Neutral});
            sayError(error);
        });
    compare();
}

void BooksPage::endRun()
{
    endWork();
    m_reconcile->setEnabled(true);
}

void BooksPage::showReport(const ReconcileReport &report)
{
    m_checks->show(report, Millis(QDateTime::currentMSecsSinceEpoch()));
    if (report.ok) {
        m_verdict->setLook({tr("books hold"), PillShape::Dot, Tone::Good});
        return;
    }
    m_verdict->setLook({tr("books do not hold"), PillShape::Triangle, Tone::Bad});
    message()->say(Tone::Bad, tr("The books do not hold together. The checks say where."), tr("Show"),
                   [this] { m_tabs->setCurrentWidget(m_checks); });
}

void BooksPage::compare()
{
    core().runLater(
        this, [](Services &s) { return s.control.wallet(); },
        [this](const WalletState &wallet) {
            core().run(
                this,
                [wallet](Services &s) {
                    ChecksView::Comparison out{wallet, s.ledger.balance(Account::wallet()), {}, 0};
                    for (const AccountBalance &each : s.ledger.balances(QStringLiteral("outgoing:"))) {
                        out.onItsWay += each.balance;
                        ++out.open;
                    }
                    return out;
                },
                [this](const ChecksView::Comparison &comparison) { m_checks->show(comparison); });
        },
        [this](const ServiceError &error) { sayError(error); });
}

void BooksPage::open(const QString &key)
{
    if (key == QLatin1String("checks")) {
        m_tabs->setCurrentWidget(m_checks);
    } else if (key == QLatin1String("owed")) {
        m_tabs->setCurrentWidget(m_owed);
    } else if (key.startsWith(QLatin1String("outgoing"))) {
        m_tabs->setCurrentWidget(m_outgoing);
        m_outgoing->open(key.section(QLatin1Char(':'), 1));
    } else if (const auto hash = PaymentHash::fromHex(key)) {
        openPayment(*hash);
    } else if (!key.isEmpty()) {
        m_tabs->setCurrentWidget(m_ledger);
        m_ledger->showAccount(key);
    }
}

/// Incoming payments are shown where they belong, outgoing ones here.
void BooksPage::openPayment(const PaymentHash &hash)
{
    act([hash](Services &s) { return s.invoices.find(hash); },
        [this, hash](const std::optional<Invoice> &invoice) {
            if (invoice) {
                const bool ofNode = invoice->purpose == InvoicePurpose::Node;
                goTo(ofNode ? QStringLiteral("nodes") : QStringLiteral("work"), invoice->ownerId);
                return;
            }
            m_tabs->setCurrentWidget(m_outgoing);
            m_outgoing->open(hash.text());
        });
}

} // namespace tower
