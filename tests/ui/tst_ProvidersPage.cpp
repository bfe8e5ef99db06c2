// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/ui/PageTest.h"
#include "ui/providers/ProvidersPage.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/FilterBox.h"

#include <QComboBox>
#include <QFile>
#include <QTableView>

using namespace tower;

namespace {

constexpr Millis now = TowerHouse::start;

QString npubOf(const PubKey &key)
{
    return QString::fromLatin1(toNpub(key));
}

} // namespace

class tst_ProvidersPage : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_test = std::make_unique<PageTest>();
        m_timmy = m_test->house.ask([](Services &s) { return s.timmy; });
        m_page = std::make_unique<ProvidersPage>(m_test->context());
        m_page->model()->setNow([] { return now; });
        m_page->show();
        QTRY_COMPARE(m_page->model()->total(), 0);
    }
    void cleanup()
    {
        m_page.reset();
        m_test.reset();
    }

    void saysWhatWillBeThere();
    void listsTheBestFirst();
    void filtersByKey();
    void countsTheLastDays();
    void tellsHowAScoreComesAbout();
    void followsNewReceipts();
    void opensWhatIsJumpedTo();
    void exportsTheSnapshot();
    void saysWhyNothingWasWritten();

private:
    /// One lease that ended so many days ago; its consumer is known for a year, or since an hour ago.
    void add(const PubKey &provider, int consumer, int daysAgo = 1, bool isYoung = false, double success = 1)
    {
        StoredReceipt stored;
        Receipt &receipt = stored.receipt;
        receipt.leaseId = QStringLiteral("lease-%1").arg(++m_leases);
        receipt.providerNpub = toNpub(provider);
        receipt.consumerNpub = toNpub(TowerHouse::key(consumer));
        receipt.durationPaid = receipt.durationDelivered = 5'400;
        receipt.successFlag = success;
        receipt.consumerSignature = receipt.providerCoSignature = "signed";
        stored.digest = stored.proofId = receipt.leaseId.toLatin1();
        stored.countsAt = stored.firstSeenAt = now - days(daysAgo);
        m_test->house.addReceipt(stored, isYoung ? now - seconds(3'600) : now - days(365));
    }
    QString cell(int row, const QString &column) const
    {
        const ProviderModel &model = *m_page->model();
        for (int i = 0; i < model.columnCount(); ++i) {
            if (model.column(i).id == column)
                return model.data(model.index(row, i), Qt::DisplayRole).toString();
        }
        return QStringLiteral("no such column");
    }
    bool isSaid(const QString &words) const
    {
        const auto messages = m_page->findChildren<InlineMessage *>();
        return std::any_of(messages.begin(), messages.end(), [&words](const InlineMessage *m) {
            return m->isVisible() && m->text().contains(words);
        });
    }

    const PubKey m_good = TowerHouse::key(100);
    const PubKey m_new = TowerHouse::key(101);
    PubKey m_timmy;
    int m_leases = 0;
    std::unique_ptr<PageTest> m_test;
    std::unique_ptr<ProvidersPage> m_page;
};

void tst_ProvidersPage::saysWhatWillBeThere()
{
    auto *empty = m_page->findChild<EmptyState *>();
    QVERIFY(empty && empty->isVisible());
    QVERIFY(empty->sentence().contains(QLatin1String("receipt")));
}

void tst_ProvidersPage::listsTheBestFirst()
{
    add(m_timmy, 1, 1, false, 0.5);
    add(m_new, 2, 1, true);
    for (int consumer = 10; consumer < 15; ++consumer)
        add(m_good, consumer);
    QTRY_COMPARE(m_page->model()->rowCount(), 3);
    QTRY_COMPARE(cell(0, QStringLiteral("score")), QLocale().toString(1.0, 'f', 2));
    QCOMPARE(cell(0, QStringLiteral("npub")), npubOf(m_good));
    QCOMPARE(cell(0, QStringLiteral("who")), QString());
    QCOMPARE(cell(0, QStringLiteral("receipts_counted")), QStringLiteral("5"));
    QCOMPARE(cell(0, QStringLiteral("consumers")), QStringLiteral("5"));
    QCOMPARE(cell(0, QStringLiteral("delivered_hours")), QLocale().toString(7.5, 'f', 1));
    QCOMPARE(cell(1, QStringLiteral("npub")), npubOf(m_timmy));
    QCOMPARE(cell(1, QStringLiteral("who")), QStringLiteral("Timmy"));
    QCOMPARE(cell(1, QStringLiteral("score")), QLocale().toString(0.1, 'f', 2));
    QCOMPARE(cell(1, QStringLiteral("success_rate")),
             QLocale().toString(50.0, 'f', 1) + QStringLiteral(" %"));
    QCOMPARE(cell(2, QStringLiteral("npub")), npubOf(m_new));
    QCOMPARE(cell(2, QStringLiteral("score")), QLocale().toString(0.0, 'f', 2));
    QCOMPARE(cell(2, QStringLiteral("receipts_dropped")), QStringLiteral("1"));
    QCOMPARE(cell(2, QStringLiteral("success_rate")), QString());
}

void tst_ProvidersPage::filtersByKey()
{
    add(m_good, 1);
    add(m_new, 2);
    QTRY_COMPARE(m_page->model()->rowCount(), 2);
    FilterBox *box = m_page->table()->filterBox();
    box->setPause(0);
    for (const QString &text :
         {npubOf(m_new), m_new.text(), npubOf(m_new).left(20), npubOf(m_new).toUpper()}) {
        box->setText(text);
        QTRY_COMPARE(m_page->model()->total(), 1);
        QTRY_COMPARE(cell(0, QStringLiteral("npub")), npubOf(m_new));
        box->clear();
        QTRY_COMPARE(m_page->model()->total(), 2);
    }
    box->setText(npubOf(TowerHouse::key(102)));
    QTRY_COMPARE(m_page->model()->total(), 0);
}

void tst_ProvidersPage::countsTheLastDays()
{
    add(m_good, 1, 100);
    add(m_new, 2, 40);
    add(m_timmy, 3, 5);
    QTRY_COMPARE(m_page->model()->rowCount(), 3);
    QComboBox *window = m_page->window();
    const QList<std::pair<int, int>> expected{{90, 2}, {30, 1}, {7, 1}, {0, 3}};
    for (const auto &[back, rows] : expected) {
        window->setCurrentIndex(window->findData(back));
        QTRY_COMPARE(m_page->model()->rowCount(), rows);
    }
}

void tst_ProvidersPage::tellsHowAScoreComesAbout()
{
    add(m_good, 1);
    add(m_good, 1, 2, false, 0.5);
    add(m_good, 2, 1, true);
    add(m_good, 3, 3, true);
    QTRY_COMPARE(m_page->model()->rowCount(), 1);
    QTRY_COMPARE(cell(0, QStringLiteral("receipts_dropped")), QStringLiteral("2"));
    emit m_page->table()->activated(npubOf(m_good));
    QTRY_VERIFY(m_page->view());
    const ProviderView *view = m_page->view();
    QTRY_COMPARE(view->facts()->text(QStringLiteral("Score")), QLocale().toString(0.3, 'f', 2));
    QCOMPARE(view->facts()->text(QStringLiteral("Receipts")), QStringLiteral("2 counted, 2 dropped"));
    QCOMPARE(view->facts()->text(QStringLiteral("Success")),
             QLocale().toString(75.0, 'f', 1) + QStringLiteral(" %"));
    QCOMPARE(view->reasons()->text(QStringLiteral("2")), QStringLiteral("consumer too new"));
    QVERIFY2(view->explanation().contains(QLatin1String("20 %")), qPrintable(view->explanation()));
    QVERIFY2(view->explanation().contains(QLatin1String("30 day")), qPrintable(view->explanation()));
    QTRY_COMPARE(view->table()->view()->model()->rowCount(), 2);
}

void tst_ProvidersPage::followsNewReceipts()
{
    add(m_good, 1);
    add(m_new, 2);
    QTRY_COMPARE(m_page->model()->rowCount(), 2);
    m_page->table()->select(npubOf(m_good));
    emit m_page->table()->activated(npubOf(m_good));
    QTRY_VERIFY(m_page->view());
    ProviderView *view = m_page->view();
    add(m_good, 3);
    add(m_good, 4, 1, true);
    QTRY_COMPARE(view->facts()->text(QStringLiteral("Receipts")), QStringLiteral("2 counted, 1 dropped"));
    QCOMPARE(m_page->view(), view); // not another one under the reader's eyes
    QTRY_COMPARE(cell(0, QStringLiteral("receipts_counted")), QStringLiteral("2"));
    QCOMPARE(m_page->table()->selectedKeys(), QStringList{npubOf(m_good)});
}

void tst_ProvidersPage::opensWhatIsJumpedTo()
{
    add(m_timmy, 1);
    m_page->open(m_timmy.text());
    QTRY_VERIFY(m_page->view());
    QCOMPARE(m_page->view()->npub(), toNpub(m_timmy));
    m_page->open(m_new.text());
    QTRY_VERIFY(isSaid(QStringLiteral("no receipt of this provider")));
}

void tst_ProvidersPage::exportsTheSnapshot()
{
    add(m_good, 1);
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("snapshot.json"));
    m_page->exportTo(path);
    QTRY_VERIFY(isSaid(path));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    auto snapshot = m_test->house.ask([](Services &s) { return s.control.providerSnapshot(); });
    QCOMPARE(file.readAll(), snapshot.result());
    QVERIFY(snapshot.result().contains(toNpub(m_good)));
}

void tst_ProvidersPage::saysWhyNothingWasWritten()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("missing/snapshot.json"));
    m_page->exportTo(path);
    QTRY_VERIFY(isSaid(path));
    QVERIFY(!QFile::exists(path));
    QVERIFY(PageTest::buttonWith(m_page.get(), QStringLiteral("Choose another")));
}

QTEST_MAIN(tst_ProvidersPage)
#include "tst_ProvidersPage.moc"
