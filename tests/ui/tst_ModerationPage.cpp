// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "core/store/Database.h"
#include "tests/ui/PageTest.h"
#include "ui/moderation/ModerationPage.h"
#include "ui/moderation/QueueDetail.h"
#include "ui/relay-access/AccessForm.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTableView>

#include <algorithm>

using namespace tower;

class tst_ModerationPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void approvesAndMovesOn();
    void rejectsWithTheReason();
    void undoesTheLatestFirst();
    void undoesBeforeTheAnswer();
    void bringsBackWhatWasRefused();
    void decidesManyAtOnce();
    void undoesWhatIsSelected();
    void approvesAllOfAnAuthor();
    void revokesTheAuthor();
    void clearsAfterAsking();
    void changesTheAuthorsAccess();
    void tellsTheStory();
    void showsHostileTextAsText();
    void followsOthersKeepingTheSelection();
    void opensByEventAuthorAndState();
    void lettersAreTextInFields();
    void answersKeysAtOnceWithALongQueue();

private:
    void press(ModerationPage &page, Qt::Key key) { QTest::keyClick(page.table()->view(), key); }

    std::unique_ptr<PageTest> m_test;
};

void tst_ModerationPage::approvesAndMovesOn()
{
    const QString first = m_test->enqueue(1, "first");
    m_test->enqueue(2, "second");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 2);
    const QString key = page.table()->currentKey(); // the first lies ready
    QVERIFY(!key.isEmpty());
    press(page, Qt::Key_J);
    QVERIFY(page.table()->currentKey() != key);
    press(page, Qt::Key_K);
    QCOMPARE(page.table()->currentKey(), key);
    press(page, Qt::Key_A);
    QCOMPARE(page.model()->rowCount(), 1); // before the core has answered
    QVERIFY(page.table()->currentKey() != key);
    QTRY_COMPARE(m_test->statusOf(key), QueueStatus::Approved);
    QTRY_VERIFY(m_test->undo.isVisible());
    QCOMPARE(page.model()->rowCount(), 1);
    const auto event =
        m_test->house.ask([key](Services &s) { return s.moderationQueue.find(*EventId::fromHex(key)); });
    QCOMPARE(event->reviewedBy, QStringLiteral("admin:console"));
    QCOMPARE(event->publishState, PublishState::Waiting);
}

void tst_ModerationPage::rejectsWithTheReason()
{
    const QString id = m_test->enqueue(1, "buy this");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    auto *reason = page.findChild<QLineEdit *>();
    for (auto *field : page.findChildren<QLineEdit *>()) {
        if (field->placeholderText().contains(QLatin1String("Reason")))
            reason = field;
    }
    page.table()->select(id);
    reason->setText(QStringLiteral("advertising"));
    QTest::keyClick(reason, Qt::Key_Return);
    QTRY_COMPARE(m_test->statusOf(id), QueueStatus::Rejected);
    const auto event =
        m_test->house.ask([id](Services &s) { return s.moderationQueue.find(*EventId::fromHex(id)); });
    QCOMPARE(event->reviewReason, QStringLiteral("advertising"));
    QVERIFY(reason->text().isEmpty()); // it was for this one
}

void tst_ModerationPage::undoesTheLatestFirst()
{
    QStringList ids;
    for (int i = 1; i <= 3; ++i)
        ids.append(m_test->enqueue(i, "note " + QByteArray::number(i)));
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 3);
    press(page, Qt::Key_J);
    const QString first = page.table()->currentKey();
    press(page, Qt::Key_A);
    const QString second = page.table()->currentKey();
    press(page, Qt::Key_R);
    QTRY_COMPARE(m_test->statusOf(second), QueueStatus::Rejected);
    press(page, Qt::Key_U);
    QTRY_COMPARE(m_test->statusOf(second), QueueStatus::Pending);
    QTRY_COMPARE(page.table()->currentKey(), second); // under the hand again
    QCOMPARE(m_test->statusOf(first), QueueStatus::Approved);
    press(page, Qt::Key_U); // selects the one that is open: undo goes back in time
    QTRY_COMPARE(m_test->statusOf(first), QueueStatus::Pending);
    QTRY_COMPARE(page.model()->rowCount(), 3);
}

void tst_ModerationPage::undoesBeforeTheAnswer()
{
    const QString id = m_test->enqueue(1, "quick");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.table()->select(id);
    press(page, Qt::Key_A);
    page.undo(); // no event loop between the two
    QTRY_COMPARE(page.model()->rowCount(), 1);
    QCOMPARE(m_test->statusOf(id), QueueStatus::Pending);
}

void tst_ModerationPage::bringsBackWhatWasRefused()
{
    const QString id = m_test->enqueue(1, "decided elsewhere");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.table()->select(id);
    // Another approves it in the same moment: it can't be rejected any more, and says so.
    m_test->house.ask([id](Services &s) {
        return s.moderationQueue.approve(*EventId::fromHex(id), QStringLiteral("admin:other")).status;
    });
    press(page, Qt::Key_R);
    const auto complaint = [&page] {
        for (const auto *message : page.findChildren<InlineMessage *>()) {
            if (message->isVisible() && message->tone() == Tone::Bad)
                return true;
        }
        return false;
    };
    QTRY_VERIFY(complaint());
    QCOMPARE(m_test->statusOf(id), QueueStatus::Approved);
}

void tst_ModerationPage::decidesManyAtOnce()
{
    for (int i = 1; i <= 30; ++i)
        m_test->enqueue(i, "bulk " + QByteArray::number(i));
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 30);
    page.table()->view()->selectAll();
    page.approveSelected();
    const auto stats = [this] {
        return m_test->house.ask([](Services &s) { return s.moderationQueue.stats(); });
    };
    QTRY_COMPARE(stats().approved, 30);
    QTRY_VERIFY(m_test->undo.isVisible());
    m_test->undo.undo();
    QTRY_COMPARE(stats().pending, 30);
    QTRY_COMPARE(page.model()->rowCount(), 30);
}

void tst_ModerationPage::undoesWhatIsSelected()
{
    const QString id = m_test->enqueue(1, "rejected yesterday");
    m_test->house.ask([id](Services &s) {
        return s.moderationQueue.reject(*EventId::fromHex(id), {}, QStringLiteral("admin:other")).status;
    });
    ModerationPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("rejected"));
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.table()->select(id);
    press(page, Qt::Key_U);
    QTRY_COMPARE(m_test->statusOf(id), QueueStatus::Pending);
    QTRY_COMPARE(page.model()->rowCount(), 0);
}

void tst_ModerationPage::approvesAllOfAnAuthor()
{
    QStringList theirs;
    for (int i = 0; i < 4; ++i)
        theirs.append(m_test->enqueue(1, "mine " + QByteArray::number(i)));
    const QString other = m_test->enqueue(2, "another's");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 5);
    page.table()->select(theirs.first());
    page.approveAuthor();
    QTRY_VERIFY(page.confirmBar()->isVisible());
    QVERIFY2(page.confirmBar()->question().contains(QLatin1String("4")),
             qPrintable(page.confirmBar()->question()));
    page.confirmBar()->confirm();
    for (const QString &id : theirs)
        QTRY_COMPARE(m_test->statusOf(id), QueueStatus::Approved);
    QCOMPARE(m_test->statusOf(other), QueueStatus::Pending);
    QTRY_COMPARE(page.model()->rowCount(), 1);
}

void tst_ModerationPage::revokesTheAuthor()
{
    const QString one = m_test->enqueue(1, "spam one");
    const QString two = m_test->enqueue(1, "spam two");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 2);
    page.table()->select(one);
    page.revokeAuthor();
    QTRY_VERIFY(page.confirmBar()->isVisible());
    page.confirmBar()->confirm();
    QTRY_COMPARE(m_test->statusOf(two), QueueStatus::Rejected);
    QTRY_COMPARE(m_test->statusOf(one), QueueStatus::Rejected);
    QCOMPARE(m_test->house.ask([](Services &s) { return s.relayAccounts.getAccess(TowerHouse::key(1)); }),
             AccessLevel::None);
}

void tst_ModerationPage::clearsAfterAsking()
{
    for (int i = 1; i <= 3; ++i)
        m_test->enqueue(i, "text " + QByteArray::number(i));
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 3);
    page.clearQueue();
    QTRY_VERIFY(page.confirmBar()->isVisible());
    QVERIFY(page.confirmBar()->question().contains(QLatin1String("3")));
    const auto pending = [this] {
        return m_test->house.ask([](Services &s) { return s.moderationQueue.stats().pending; });
    };
    QCOMPARE(pending(), 3);
    page.confirmBar()->confirm();
    QTRY_COMPARE(pending(), 0);
    QTRY_COMPARE(page.model()->rowCount(), 0);
}

void tst_ModerationPage::changesTheAuthorsAccess()
{
    const QString id = m_test->enqueue(1, "hello");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.table()->select(id);
    for (auto *action : page.findChildren<QAction *>()) {
        if (action->text().contains(QLatin1String("access")))
            action->trigger();
    }
    auto *form = qobject_cast<AccessForm *>(page.panel()->content());
    QVERIFY(form);
    QCOMPARE(form->request().keys, QStringList{QString::fromLatin1(toNpub(TowerHouse::key(1)))});
    for (auto *action : page.findChildren<QAction *>()) {
        if (action->text().contains(QLatin1String("in Trust")))
            action->trigger();
    }
    QCOMPARE(m_test->gone.size(), 1);
    QCOMPARE(m_test->gone.first().second, TowerHouse::key(1).text());
}

void tst_ModerationPage::tellsTheStory()
{
    const QString before = m_test->enqueue(1, "an earlier one");
    m_test->house.ask([before](Services &s) {
        return s.moderationQueue
            .reject(*EventId::fromHex(before), QStringLiteral("off topic"), QStringLiteral("admin:x"))
            .status;
    });
    const QString id = m_test->enqueue(1, "now this");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.table()->select(id);
    const auto shown = [&page] { return qobject_cast<QueueDetail *>(page.panel()->content()); };
    QTRY_VERIFY(shown() && shown()->story());
    const auto *detail = shown();
    QCOMPARE(detail->story()->earlier.size(), std::size_t{1});
    QCOMPARE(detail->story()->earlier.front().status, QueueStatus::Rejected);
    QCOMPARE(detail->story()->account->level, AccessLevel::Write);
    // It holds the event as long as nobody decides.
    QVERIFY(!detail->story()->why.steps.empty());
}

void tst_ModerationPage::showsHostileTextAsText()
{
    const QByteArray hostile = "<img src='http://203.0.113.9/x.png'><b>bold</b> <a href='x'>a</a>";
    const QString id = m_test->enqueue(1, hostile);
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.table()->select(id);
    auto *text = page.panel()->content()->findChild<QPlainTextEdit *>();
    QVERIFY(text);
    QCOMPARE(text->toPlainText(), QString::fromUtf8(hostile));
    for (const auto *label : page.panel()->content()->findChildren<QLabel *>()) {
        if (label->text().contains(QLatin1Char('<')))
            QCOMPARE(label->textFormat(), Qt::PlainText);
    }
}

void tst_ModerationPage::followsOthersKeepingTheSelection()
{
    QStringList ids;
    for (int i = 1; i <= 5; ++i)
        ids.append(m_test->enqueue(i, "note " + QByteArray::number(i)));
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 5);
    page.table()->select(ids[2]);
    m_test->house.ask([ids](Services &s) {
        s.moderationQueue.approve(*EventId::fromHex(ids[0]), QStringLiteral("admin:other"));
        return 0;
    });
    m_test->enqueue(9, "new one");
    QTRY_VERIFY(page.model()->rowOf(ids[0]) < 0);
    QTRY_COMPARE(page.model()->rowCount(), 5);
    QCOMPARE(page.table()->selectedKeys(), QStringList{ids[2]});
}

void tst_ModerationPage::opensByEventAuthorAndState()
{
    const QString mine = m_test->enqueue(1, "mine");
    const QString theirs = m_test->enqueue(2, "theirs");
    m_test->house.ask([theirs](Services &s) {
        s.moderationQueue.reject(*EventId::fromHex(theirs), {}, QStringLiteral("admin:x"));
        return 0;
    });
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.open(theirs); // not in this list, yet shown
    const auto shown = [&page] {
        const auto *detail = qobject_cast<QueueDetail *>(page.panel()->content());
        return detail ? detail->event().eventId.text() : QString();
    };
    QTRY_COMPARE(shown(), theirs);
    page.open(QStringLiteral("rejected"));
    QTRY_VERIFY(page.model()->rowOf(theirs) >= 0);
    page.open(QStringLiteral("pending"));
    QTRY_VERIFY(page.model()->rowOf(mine) >= 0);
    page.open(TowerHouse::key(2).text());
    QTRY_COMPARE(page.model()->rowCount(), 0); // nothing of theirs waits
}

void tst_ModerationPage::lettersAreTextInFields()
{
    const QString id = m_test->enqueue(1, "stay");
    ModerationPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 1);
    page.table()->select(id);
    for (auto *field : page.findChildren<QLineEdit *>()) {
        if (field->placeholderText().contains(QLatin1String("Reason")))
            QTest::keyClicks(field, QStringLiteral("raj u"));
    }
    QTest::qWait(0);
    QCOMPARE(m_test->statusOf(id), QueueStatus::Pending);
}

void tst_ModerationPage::answersKeysAtOnceWithALongQueue()
{
    constexpr int queued = 100'000;
    m_test->house.on([this] { m_test->house.fillQueue(queued); });
    ModerationPage page(m_test->context());
    page.resize(1200, 700);
    page.show();
    QTRY_COMPARE_WITH_TIMEOUT(page.model()->rowCount(), 100, 20'000);
    QVERIFY(!page.model()->totalIsExact());
    std::vector<qint64> times;
    QElapsedTimer watch;
    constexpr int rounds = 40;
    QStringList approved;
    for (int i = 0; i < rounds; ++i) {
        const QString before = page.table()->currentKey();
        watch.start();
        press(page, Qt::Key_J);
        QCoreApplication::processEvents(QEventLoop::ExcludeUserInputEvents); // the screen too
        times.push_back(watch.nsecsElapsed());
        QVERIFY(page.table()->currentKey() != before);
        const QString decided = page.table()->currentKey();
        watch.start();
        press(page, Qt::Key_A);
        QCoreApplication::processEvents(QEventLoop::ExcludeUserInputEvents);
        times.push_back(watch.nsecsElapsed());
        QVERIFY(page.model()->rowOf(decided) < 0);
        approved.append(decided);
    }
    QTRY_COMPARE_WITH_TIMEOUT(
        m_test->house.ask([](Services &s) { return s.moderationQueue.stats().approved; }), rounds, 20'000);
    std::sort(times.begin(), times.end());
    const double median = static_cast<double>(times[times.size() / 2]) / 1e6;
    const double p95 = static_cast<double>(times[times.size() * 95 / 100]) / 1e6;
    qInfo("keys with %d events queued: median %.1f ms, p95 %.1f ms, worst %.1f ms", queued, median, p95,
          static_cast<double>(times.back()) / 1e6);
    QVERIFY2(p95 < 100, qPrintable(QStringLiteral("p95 %1 ms").arg(p95)));
}

QTEST_MAIN(tst_ModerationPage)
#include "tst_ModerationPage.moc"
