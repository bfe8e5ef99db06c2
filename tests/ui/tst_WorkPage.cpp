// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/PageTest.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/InvoiceView.h"
#include "ui/widgets/QrCode.h"
#include "ui/widgets/TimeLine.h"
#include "ui/work/JobDetail.h"
#include "ui/work/JobsView.h"
#include "ui/work/RefundForm.h"
#include "ui/work/SessionDetail.h"
#include "ui/work/SessionsView.h"
#include "ui/work/WorkPage.h"

#include <QLabel>
#include <QLineEdit>
#include <QTableView>

using namespace tower;

class tst_WorkPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void showsJobsAndTheirMargin();
    void filtersByStateAndKey();
    void followsAJob();
    void tellsAJobsStory();
    void showsTheInvoiceWhileItIsOpen();
    void stages_data();
    void stages();
    void paysARefundOnce();
    void refusesAnInvoiceThatDoesNotFit();
    void showsASessionAndItsRequests();
    void closesASessionAfterAsking();
    void neverShowsTheCredential();
    void jumpsToJobsAndSessions();
    void saysThatThereIsNoSuchJob();

private:
    /// A job that fails, whose work payment is owed back.
    QString failedJob() { return m_test->house.work(QStringLiteral("sum it up [[fail]]")); }
    JobDetail *openJob(WorkPage &page, const QString &id)
    {
        page.open(QStringLiteral("job:") + id);
        return QTest::qWaitFor([&] { return page.jobs()->detail() && page.jobs()->detail()->id() == id; })
                   ? page.jobs()->detail()
                   : nullptr;
    }
    SessionDetail *openSession(WorkPage &page, const QString &id)
    {
        page.open(QStringLiteral("session:") + id);
        return QTest::qWaitFor(
                   [&] { return page.sessions()->detail() && page.sessions()->detail()->id() == id; })
                   ? page.sessions()->detail()
                   : nullptr;
    }
    /// One request of a session, answered.
    void request(const QString &session, const QString &words)
    {
        m_test->house.await([session, words](Services &s) {
            const QByteArray bearer = "Bearer " + s.sessions.macaroon(*s.sessions.find(session));
            return s.sessions.request(session, words, bearer, {});
        });
    }

    std::unique_ptr<PageTest> m_test;
};

void tst_WorkPage::showsJobsAndTheirMargin()
{
    const QString id = m_test->house.work(QStringLiteral("name three colours"));
    WorkPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.jobs()->model()->rowCount(), 1);
    const JobLine line = *page.jobs()->model()->find(id);
    QCOMPARE(line.job.state, JobState::Complete);
    QVERIFY(line.margin);
    QCOMPARE(line.margin->earned, line.job.kept);
    QVERIFY(line.margin->margin() > Sats(0)); // there is a margin in every quote
    const WorkTotals totals =
        m_test->house.ask([](Services &s) { return s.control.workTotals(TowerHouse::start - days(1)); })
            .result();
    QCOMPARE(totals.finished, 1);
    QCOMPARE(totals.margin, *line.margin);
}

void tst_WorkPage::filtersByStateAndKey()
{
    m_test->house.work(QStringLiteral("name three colours"));
    m_test->house.work(QStringLiteral("steal a password [[reject]]"));
    m_test->house.work(QStringLiteral("name four colours"), TowerHouse::key(3));
    WorkPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.jobs()->model()->rowCount(), 3);
    page.open(QStringLiteral("jobs:rejected"));
    QTRY_COMPARE(page.jobs()->model()->rowCount(), 1);
    QCOMPARE(page.jobs()->model()->row(0).job.state, JobState::Rejected);
    page.open(QStringLiteral("jobs:open"));
    QTRY_COMPARE(page.jobs()->model()->rowCount(), 0);
    page.open(QStringLiteral("jobs:complete"));
    QTRY_COMPARE(page.jobs()->model()->rowCount(), 2);
    page.open(TowerHouse::key(3).text());
    QTRY_COMPARE(page.jobs()->model()->rowCount(), 1);
}

void tst_WorkPage::followsAJob()
{
    WorkPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.jobs()->model()->total(), 0);
    const Job job = m_test->house.await(
        [](Services &s) { return s.jobs.create(QStringLiteral("name three colours"), {}); });
    QTRY_COMPARE(page.jobs()->model()->rowCount(), 1);
    page.jobs()->table()->select(job.id);
    m_test->house.pay(job.evalPaymentHash);
    const auto state = [&] { return page.jobs()->model()->find(job.id)->job.state; };
    QTRY_COMPARE(state(), JobState::AwaitingWorkPayment);
    QCOMPARE(page.jobs()->table()->selectedKeys(), QStringList{job.id});
}

void tst_WorkPage::tellsAJobsStory()
{
    const QString id = m_test->house.work(QStringLiteral("name three colours"));
    WorkPage page(m_test->context());
    page.show();
    const JobDetail *detail = openJob(page, id);
    QVERIFY(detail);
    const Job job = m_test->house.ask([id](Services &s) { return *s.jobs.find(id); });
    for (const Stage &stage : detail->timeLine()->stages()) {
        QCOMPARE(stage.state, Stage::State::Done);
        QVERIFY2(stage.at, qPrintable(stage.name));
    }
    QVERIFY(!detail->invoice()->isVisible());
    QCOMPARE(detail->pricing()->text(QStringLiteral("Quote")), words::amount(job.quote->sats));
    QVERIFY(detail->pricing()->text(QStringLiteral("Bitcoin price")).contains(QLatin1String("fallback")));
    QCOMPARE(detail->cost()->text(QStringLiteral("From the customer")), words::amount(job.kept));
    QVERIFY(detail->cost()->text(QStringLiteral("Margin")).startsWith(QLatin1Char('+')));
    const auto texts = detail->findChildren<QuotedText *>();
    QVERIFY(std::any_of(texts.begin(), texts.end(),
                        [&](const QuotedText *t) { return t->text() == job.result; }));
}

void tst_WorkPage::showsTheInvoiceWhileItIsOpen()
{
    const Job job = m_test->house.await(
        [](Services &s) { return s.jobs.create(QStringLiteral("name three colours"), {}); });
    WorkPage page(m_test->context());
    page.show();
    const JobDetail *detail = openJob(page, job.id);
    QVERIFY(detail);
    QVERIFY(detail->invoice()->isVisible());
    const Invoice invoice =
        m_test->house.ask([job](Services &s) { return *s.jobs.openInvoice(*s.jobs.find(job.id)); });
    QVERIFY(detail->invoice()->code()->modules() > 0);
    QCOMPARE(detail->invoice()->code()->payload(),
             QStringLiteral("LIGHTNING:") + invoice.paymentRequest.toUpper());
    m_test->house.pay(job.evalPaymentHash); // the next invoice takes its place
    QTRY_VERIFY(detail->invoice()->isVisible() &&
                detail->invoice()->code()->payload() !=
                    QStringLiteral("LIGHTNING:") + invoice.paymentRequest.toUpper());
}

void tst_WorkPage::stages_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<bool>("quoted");
    QTest::addColumn<QString>("dots"); // d done, n now, . to come, x failed
    QTest::newRow("asked") << int(JobState::AwaitingEvalPayment) << false << "dn...";
    QTest::newRow("evaluating") << int(JobState::Evaluating) << false << "ddn..";
    QTest::newRow("rejected") << int(JobState::Rejected) << false << "ddx..";
    QTest::newRow("priced") << int(JobState::AwaitingWorkPayment) << true << "dddn.";
    QTest::newRow("working") << int(JobState::Executing) << true << "ddddn";
    QTest::newRow("complete") << int(JobState::Complete) << true << "ddddd";
    QTest::newRow("evaluation failed") << int(JobState::Failed) << false << "ddx..";
    QTest::newRow("work failed") << int(JobState::Failed) << true << "ddddx";
    QTest::newRow("fee never paid") << int(JobState::Expired) << false << "dx...";
    QTest::newRow("work never paid") << int(JobState::Expired) << true << "dddx.";
}

void tst_WorkPage::stages()
{
    QFETCH(int, state);
    QFETCH(bool, quoted);
    QFETCH(QString, dots);
    JobStory story;
    story.job.state = static_cast<JobState>(state);
    if (quoted) {
        story.job.quote = Quote{};
        story.job.workPaymentHash = PaymentHash();
    }
    QString found;
    for (const Stage &stage : stagesOf(story))
        found += QLatin1Char("dn.x"[static_cast<int>(stage.state)]);
    QCOMPARE(found, dots);
}

void tst_WorkPage::paysARefundOnce()
{
    const QString id = failedJob();
    const auto job = [&] { return m_test->house.ask([id](Services &s) { return *s.jobs.find(id); }); };
    QCOMPARE(job().state, JobState::Failed);
    QCOMPARE(job().refundState, RefundState::Pending);
    const Sats owed = job().refundAmount;
    WorkPage page(m_test->context());
    page.show();
    const JobDetail *detail = openJob(page, id);
    QVERIFY(detail);
    RefundForm *form = detail->refund();
    QTRY_VERIFY(form->isVisible());
    QVERIFY(!form->button()->isEnabled());
    form->field()->setText(m_test->house.someInvoice(owed));
    QTRY_VERIFY2(form->button()->isEnabled(), qPrintable(form->message()->text()));
    QVERIFY2(form->preview().contains(words::amount(owed)), qPrintable(form->preview()));
    QVERIFY(form->preview().contains(QLatin1String("please"))); // what the invoice says
    QCOMPARE(job().refundState, RefundState::Pending);          // not before the button
    QTest::mouseClick(form->button(), Qt::LeftButton);
    QTRY_COMPARE(job().refundState, RefundState::Paid);
    QTRY_VERIFY(!form->field()->isVisible());
    QVERIFY(form->message()->text().contains(words::amount(owed)));
}

void tst_WorkPage::refusesAnInvoiceThatDoesNotFit()
{
    const QString id = failedJob();
    WorkPage page(m_test->context());
    page.show();
    const JobDetail *detail = openJob(page, id);
    QVERIFY(detail);
    RefundForm *form = detail->refund();
    form->field()->setText(QStringLiteral("lntb nonsense"));
    QTRY_VERIFY(form->message()->isVisible());
    QVERIFY(!form->button()->isEnabled());
    const QString tooMuch = m_test->house.someInvoice(Sats(999'999));
    form->field()->setText(tooMuch);
    QVERIFY(!form->message()->isVisible());
    QTRY_VERIFY(form->message()->isVisible());
    QVERIFY(!form->button()->isEnabled());
    QCOMPARE(form->field()->text(), tooMuch); // nothing typed is lost
}

void tst_WorkPage::showsASessionAndItsRequests()
{
    const QString id = m_test->house.openSession(Sats(5'000));
    request(id, QStringLiteral("name three colours"));
    WorkPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.sessions()->model()->rowCount(), 1);
    SessionDetail *detail = openSession(page, id);
    QVERIFY(detail);
    QTRY_COMPARE(detail->model()->rowCount(), 1);
    QVERIFY(detail->model()->row(0).margin);
    detail->requests()->select(detail->model()->key(0));
    const auto shown = [detail] {
        const auto texts = detail->findChildren<QuotedText *>();
        return std::any_of(texts.begin(), texts.end(), [](const QuotedText *t) {
            return t->text() == QLatin1String("name three colours");
        });
    };
    QTRY_VERIFY(shown());
    request(id, QStringLiteral("and three more")); // appears by itself
    QTRY_COMPARE(detail->model()->rowCount(), 2);
}

void tst_WorkPage::closesASessionAfterAsking()
{
    const QString id = m_test->house.openSession(Sats(5'000));
    const auto state = [&] {
        return m_test->house.ask([id](Services &s) { return s.sessions.find(id)->state; });
    };
    WorkPage page(m_test->context());
    page.show();
    SessionDetail *detail = openSession(page, id);
    QVERIFY(detail);
    auto *close = PageTest::buttonWith(detail, QStringLiteral("Close the session"));
    QVERIFY(!close->isEnabled()); // not without a reason
    for (auto *field : detail->findChildren<QLineEdit *>()) {
        if (field->placeholderText().startsWith(QLatin1String("Reason")))
            field->setText(QStringLiteral("abuse"));
    }
    QVERIFY(close->isEnabled());
    QTest::mouseClick(close, Qt::LeftButton);
    QVERIFY(detail->confirmBar()->isVisible());
    QVERIFY(detail->confirmBar()->question().contains(QLatin1String("1 session")));
    QVERIFY(detail->confirmBar()->question().contains(words::amount(Sats(5'000))));
    QCOMPARE(state(), SessionState::Active);
    detail->confirmBar()->confirm();
    QTRY_COMPARE(state(), SessionState::Closed);
    QTRY_COMPARE(page.sessions()->model()->find(id)->state, SessionState::Closed);
    QTRY_VERIFY(!close->isVisible());
}

void tst_WorkPage::neverShowsTheCredential()
{
    const QString id = m_test->house.openSession(Sats(5'000));
    WorkPage page(m_test->context());
    page.show();
    const SessionDetail *detail = openSession(page, id);
    QVERIFY(detail);
    const QString macaroon = m_test->house.ask(
        [id](Services &s) { return QString::fromLatin1(s.sessions.macaroon(*s.sessions.find(id))); });
    QVERIFY(!macaroon.isEmpty());
    for (const auto *label : page.findChildren<QLabel *>()) {
        QVERIFY(!label->text().contains(macaroon.left(24)));
        QVERIFY(!label->toolTip().contains(macaroon.left(24)));
    }
}

void tst_WorkPage::jumpsToJobsAndSessions()
{
    const QString job = m_test->house.work(QStringLiteral("name three colours"));
    const QString session = m_test->house.openSession(Sats(5'000));
    WorkPage page(m_test->context());
    page.show();
    page.open(job);
    QTRY_VERIFY(page.jobs()->detail() && page.jobs()->detail()->id() == job);
    QVERIFY(page.jobs()->isVisible());
    page.open(session);
    QTRY_VERIFY(page.sessions()->detail() && page.sessions()->detail()->id() == session);
    QVERIFY(page.sessions()->isVisible());
}

void tst_WorkPage::saysThatThereIsNoSuchJob()
{
    WorkPage page(m_test->context());
    page.show();
    page.jobs()->table()->filterBox()->setText(QStringLiteral("5b1f6a1e-0000-4000-8000-000000000000"));
    const auto said = [&page] {
        for (const auto *message : page.findChildren<InlineMessage *>()) {
            if (message->isVisible() && message->text().contains(QLatin1String("no job")))
                return true;
        }
        return false;
    };
    QTRY_VERIFY(said());
}

QTEST_MAIN(tst_WorkPage)
#include "tst_WorkPage.moc"
