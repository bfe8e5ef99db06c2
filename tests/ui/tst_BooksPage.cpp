// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/PageTest.h"
#include "ui/books/BooksPage.h"
#include "ui/books/LedgerView.h"
#include "ui/books/OutgoingView.h"
#include "ui/books/OwedView.h"
#include "ui/books/PeriodBox.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/FilterBox.h"

#include <QAction>
#include <QComboBox>
#include <QDateTime>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>

using namespace tower;

class tst_BooksPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void checksTheBooksWhenOpened();
    void saysWhereTheBooksBreak();
    void comparesWithTheWallet();
    void anUnreachableWalletIsUnknown();
    void filtersMovements();
    void balancesLeadToTheirMovements();
    void movementsLeadToTheirWork();
    void exportsADateRange();
    void asksTheWalletAboutAPayment();
    void marksAnUnknownPaymentByHand();
    void owedLeadsToItsWork();
    void opensAPaymentHash();

private:
    /// A failed job whose refund was ordered, with an answer from the wallet that tells nothing.
    QString unknownRefund(SimulatedWallet::Behaviour behaviour);
    static int rows(DataTable *table) { return table->view()->model()->rowCount(); }
    static QAction *action(QWidget *parent, const QString &words)
    {
        for (auto *each : parent->findChildren<QAction *>()) {
            if (each->text().contains(words))
                return each;
        }
        return nullptr;
    }

    std::unique_ptr<PageTest> m_test;
};

QString tst_BooksPage::unknownRefund(SimulatedWallet::Behaviour behaviour)
{
    TowerHouse &house = m_test->house;
    const QString job = house.work(QStringLiteral("sum it up [[fail]]"));
    const Sats owed = house.ask([job](Services &s) { return s.jobs.find(job)->refundAmount; });
    const QString invoice = house.someInvoice(owed);
    house.on([&house, behaviour] { house.wallet().setBehaviour(behaviour); });
    house.await([job, invoice](Services &s) { return s.refunds.pay(RefundOwner::Job, job, invoice); });
    house.on([&house] { house.wallet().setBehaviour(SimulatedWallet::Behaviour::Normal); });
    OutgoingFilter unknown;
    unknown.state = OutgoingState::Unknown;
    const auto found = house.ask([unknown](Services &s) { return s.outgoing.list(unknown, {10, {}}).items; });
    return found.size() == 1 ? found.front().id : QString();
}

void tst_BooksPage::checksTheBooksWhenOpened()
{
    m_test->house.work(QStringLiteral("name three colours"));
    BooksPage page(m_test->context());
    QCOMPARE(page.verdict()->look().tone, Tone::Neutral);
    page.show();
    QTRY_COMPARE(page.verdict()->look().tone, Tone::Good);
    for (const QString &name : {Reconcile::ledgerCheck, Reconcile::balancesCheck, Reconcile::invoicesCheck,
                                Reconcile::reservationsCheck, Reconcile::walletCheck})
        QCOMPARE(page.checks()->lookOfCheck(name).tone, Tone::Good);
    auto *again = PageTest::buttonWith(&page, QStringLiteral("Reconcile now"));
    QVERIFY(again->isEnabled());
    QTest::mouseClick(again, Qt::LeftButton);
    QVERIFY(!again->isEnabled()); // acknowledged at once
    QTRY_VERIFY(again->isEnabled());
}

void tst_BooksPage::saysWhereTheBooksBreak()
{
    ChecksView checks;
    ReconcileReport report;
    report.ok = false;
    report.checks = {{Reconcile::ledgerCheck, true, Sats(0), QStringLiteral("Fine.")},
                     {Reconcile::balancesCheck, false, Sats(40), QStringLiteral("The pool differs.")}};
    checks.show(report, TowerHouse::start);
    QCOMPARE(checks.lookOfCheck(Reconcile::ledgerCheck).tone, Tone::Good);
    QCOMPARE(checks.lookOfCheck(Reconcile::balancesCheck).tone, Tone::Bad);
    QCOMPARE(checks.lookOfCheck(Reconcile::walletCheck).tone, Tone::Neutral); // not checked
    const auto labels = checks.findChildren<QLabel *>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
        return label->text().contains(QLatin1String("The pool differs.")) &&
               label->text().contains(words::amount(Sats(40)));
    }));
}

void tst_BooksPage::comparesWithTheWallet()
{
    m_test->house.work(QStringLiteral("name three colours"));
    BooksPage page(m_test->context());
    page.show();
    const Sats held = m_test->house.ask([](Services &s) { return s.ledger.balance(Account::wallet()); });
    QVERIFY(held > Sats(0));
    const auto says = [&page](const QString &caption) { return page.checks()->comparison()->text(caption); };
    QTRY_VERIFY(says(QStringLiteral("The wallet holds")).contains(words::amount(held)));
    QCOMPARE(says(QStringLiteral("The ledger says")), words::amount(held));
    QCOMPARE(says(QStringLiteral("On its way out")), QStringLiteral("nothing"));
}

void tst_BooksPage::anUnreachableWalletIsUnknown()
{
    m_test->house.work(QStringLiteral("name three colours"));
    m_test->house.on(
        [this] { m_test->house.wallet().setBehaviour(SimulatedWallet::Behaviour::Unreachable); });
    BooksPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.verdict()->look().tone, Tone::Good); // it leaves the verdict to the other four
    QCOMPARE(page.checks()->lookOfCheck(Reconcile::walletCheck).tone, Tone::Warn);
    QTRY_VERIFY(page.checks()
                    ->comparison()
                    ->text(QStringLiteral("The wallet holds"))
                    .startsWith(QLatin1String("unknown")));
}

void tst_BooksPage::filtersMovements()
{
    m_test->house.work(QStringLiteral("name three colours"));
    BooksPage page(m_test->context());
    page.show();
    DataTable *table = page.ledger()->table();
    QTRY_VERIFY(rows(table) >= 4); // pool opened, fee, work paid, work earned
    const int all = rows(table);
    page.ledger()->kind()->setCurrentIndex(page.ledger()->kind()->findData(QStringLiteral("work_paid")));
    QTRY_COMPARE(rows(table), 1);
    page.ledger()->kind()->setCurrentIndex(0);
    QTRY_COMPARE(rows(table), all);
    const QDate day = QDateTime::fromMSecsSinceEpoch(TowerHouse::start.value(), Qt::UTC).date();
    page.ledger()->period()->setRange(day.addDays(1), day.addDays(2));
    QTRY_COMPARE(rows(table), 0);
    page.ledger()->period()->setRange(day, day);
    QTRY_COMPARE(rows(table), all);
    m_test->house.ask([](Services &s) {
        return s.pool.adjust(Sats(5), QStringLiteral("more"), QStringLiteral("admin:test"));
    });
    QTRY_COMPARE(rows(table), all + 1); // live
}

void tst_BooksPage::balancesLeadToTheirMovements()
{
    m_test->house.work(QStringLiteral("name three colours"));
    BooksPage page(m_test->context());
    page.show();
    QTRY_VERIFY(rows(page.ledger()->balances()) >= 3);
    emit page.ledger()->balances()->activated(QStringLiteral("pool"));
    QCOMPARE(page.ledger()->table()->filterBox()->text(), QStringLiteral("pool"));
    const auto onlyPool = [&page] {
        const auto *model = page.ledger()->table()->view()->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            const auto side = [&](int column) {
                return static_cast<const TableModel *>(model)->raw(row, column) == QLatin1String("pool");
            };
            if (!side(3) && !side(4))
                return false;
        }
        return model->rowCount() > 0;
    };
    QTRY_VERIFY(onlyPool());
    page.open(QStringLiteral("revenue"));
    QCOMPARE(page.ledger()->table()->filterBox()->text(), QStringLiteral("revenue"));
}

void tst_BooksPage::movementsLeadToTheirWork()
{
    const QString job = m_test->house.work(QStringLiteral("name three colours"));
    BooksPage page(m_test->context());
    page.show();
    DataTable *table = page.ledger()->table();
    page.open(QStringLiteral("job:") + job);
    QTRY_COMPARE(page.ledger()->table()->filterBox()->text(), QStringLiteral("job:") + job);
    QTRY_VERIFY(rows(table) > 0 && rows(table) <= 3);
    emit table->activated(static_cast<const TableModel *>(table->view()->model())->key(0));
    QCOMPARE(m_test->gone.last(), (std::pair{QStringLiteral("work"), QStringLiteral("job:") + job}));
}

void tst_BooksPage::exportsADateRange()
{
    m_test->house.work(QStringLiteral("name three colours"));
    BooksPage page(m_test->context());
    page.show();
    DataTable *table = page.ledger()->table();
    QTRY_VERIFY(rows(table) >= 4);
    const QDate day = QDateTime::fromMSecsSinceEpoch(TowerHouse::start.value(), Qt::UTC).date();
    page.ledger()->period()->setRange(day, day);
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("ledger.csv"));
    table->exportTo(path);
    QTRY_VERIFY(QFile::exists(path));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
    QCOMPARE(lines.first().trimmed(), QByteArray("at,kind,sats,debit,credit,ref,unique_key,id"));
    const auto ledgerRows = m_test->house.ask([](Services &s) { return s.ledger.list({}, {500, {}}).items; });
    QCOMPARE(lines.size() - 1, static_cast<qsizetype>(ledgerRows.size()));
    QVERIFY(lines[1].startsWith(toIso(ledgerRows[0].at).toLatin1()));
    QVERIFY(lines[1].contains(ledgerRows[0].movement.uniqueKey.toLatin1()));
}

void tst_BooksPage::asksTheWalletAboutAPayment()
{
    const QString id = unknownRefund(SimulatedWallet::Behaviour::PayUnknownButPaid);
    QVERIFY(!id.isEmpty());
    BooksPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("outgoing:unknown"));
    OutgoingView *view = page.outgoing();
    QTRY_COMPARE(view->model()->rowCount(), 1);
    auto *ask = action(view, QStringLiteral("Ask the wallet"));
    QVERIFY(!ask->isEnabled());
    view->table()->select(id);
    QVERIFY(ask->isEnabled());
    ask->trigger();
    const auto state = [&] {
        return m_test->house.ask([id](Services &s) { return s.outgoing.find(id)->state; });
    };
    QTRY_COMPARE(state(), OutgoingState::Paid);
    const auto said = [&page] {
        for (const auto *message : page.findChildren<InlineMessage *>()) {
            if (message->isVisible() && message->tone() == Tone::Good)
                return true;
        }
        return false;
    };
    QTRY_VERIFY(said());
}

void tst_BooksPage::marksAnUnknownPaymentByHand()
{
    const QString id = unknownRefund(SimulatedWallet::Behaviour::PayUnknownNotPaid);
    QVERIFY(!id.isEmpty());
    m_test->house.on([this] { m_test->house.clock().advance(seconds(600)); }); // nobody holds it any more
    BooksPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("outgoing"));
    OutgoingView *view = page.outgoing();
    QTRY_COMPARE(view->model()->rowCount(), 1);
    view->table()->select(id);
    auto *failed = action(view, QStringLiteral("Mark as failed"));
    QVERIFY(!failed->isEnabled()); // not without saying how one knows
    view->reason()->setText(QStringLiteral("the node has no such payment"));
    QVERIFY(failed->isEnabled());
    failed->trigger();
    QVERIFY(view->confirmBar()->question().contains(QLatin1String("1 payment")));
    const auto state = [&] {
        return m_test->house.ask([id](Services &s) { return s.outgoing.find(id)->state; });
    };
    QCOMPARE(state(), OutgoingState::Unknown);
    view->confirmBar()->confirm();
    QTRY_COMPARE(state(), OutgoingState::Failed);
    QTRY_COMPARE(view->model()->find(id)->state, OutgoingState::Failed);
    QTRY_VERIFY(!failed->isEnabled());
}

void tst_BooksPage::owedLeadsToItsWork()
{
    const QString job = m_test->house.work(QStringLiteral("sum it up [[fail]]"));
    BooksPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("owed"));
    QTRY_COMPARE(page.owed()->model()->rowCount(), 1);
    QCOMPARE(page.owed()->model()->row(0).state, RefundState::Pending);
    emit page.owed()->table()->activated(page.owed()->model()->key(0));
    QCOMPARE(m_test->gone.last(), (std::pair{QStringLiteral("work"), QStringLiteral("job:") + job}));
}

void tst_BooksPage::opensAPaymentHash()
{
    const Job job = m_test->house.await(
        [](Services &s) { return s.jobs.create(QStringLiteral("name three colours"), {}); });
    BooksPage page(m_test->context());
    page.show();
    page.open(job.evalPaymentHash.text());
    QTRY_COMPARE(m_test->gone.size(), 1);
    QCOMPARE(m_test->gone.last(), (std::pair{QStringLiteral("work"), job.id}));
}

QTEST_MAIN(tst_BooksPage)
#include "tst_BooksPage.moc"
