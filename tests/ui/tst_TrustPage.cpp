// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Keys.h"
#include "tests/ui/PageTest.h"
#include "ui/relay-access/AccessForm.h"
#include "ui/trust/IdentityForm.h"
#include "ui/trust/TrustPage.h"
#include "ui/trust/VouchGraphView.h"
#include "ui/trust/VouchesView.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/TierBar.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTableView>

using namespace tower;

namespace {

SecretKey secretOf(int number)
{
    QByteArray bytes(32, '\x07');
    bytes[31] = static_cast<char>(number + 1);
    return *SecretKey::fromBytes(bytes);
}

} // namespace

class tst_TrustPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void showsWhoIsTrusted();
    void filtersByTier();
    void setsAScoreWithAReason();
    void keepsANote();
    void keepsWhatIsTypedWhenOthersChange();
    void saysWhatWasRefused();
    void tellsTheHistory();
    void showsAndRevokesAVouch();
    void grantsFromHere();
    void followsOthersKeepingTheSelection();
    void offersAccessToAStranger();
    void barTakesTheKeyboard();

private:
    void adjust(int number, std::int64_t score)
    {
        m_test->house.ask([number, score](Services &s) {
            return s.trust.adjust(TowerHouse::key(number), score, QStringLiteral("start"),
                                  QStringLiteral("admin:test"));
        });
    }
    std::optional<Identity> identity(const PubKey &key)
    {
        return m_test->house.ask([key](Services &s) { return s.identities.find(key); });
    }
    /// An elite's word for another; returns the vouch's id.
    QString vouch(int voucher, int vouchee);
    IdentityDetail *openDetail(TrustPage &page, const PubKey &key);

    std::unique_ptr<PageTest> m_test;
};

QString tst_TrustPage::vouch(int voucher, int vouchee)
{
    return m_test->house.ask([voucher, vouchee](Services &s) {
        const SecretKey secret = secretOf(voucher);
        const PubKey from = secret.pubKey();
        const PubKey to = secretOf(vouchee).pubKey();
        s.trust.adjust(from, 500, QStringLiteral("start"), QStringLiteral("admin:test"));
        EventParse parsed;
        Event event;
        event.pubkey = from;
        event.kind = 1;
        event.createdAt = TowerHouse::start.value() / 1000;
        event.tags.push_back({"p", to.hex()});
        event.id = event.computedId();
        event.signature = secret.sign(event.id.bytes());
        parsed.id = event.id.hex();
        parsed.event = event;
        return s.vouches.vouch(from, to, parsed).vouch.id;
    });
}

IdentityDetail *tst_TrustPage::openDetail(TrustPage &page, const PubKey &key)
{
    page.open(key.text());
    for (int i = 0; i < 500 && !(page.detail() && page.detail()->key() == key); ++i)
        QTest::qWait(10);
    return page.detail();
}

void tst_TrustPage::showsWhoIsTrusted()
{
    adjust(1, 5);
    adjust(2, 60);
    adjust(3, 300);
    TrustPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 3);
    QCOMPARE(page.model()->row(0).score, 300); // the most trusted first
    QTRY_COMPARE(page.tierBar()->count(Tier::Elite), 1);
    QCOMPARE(page.tierBar()->count(Tier::Trusted), 1);
    QCOMPARE(page.tierBar()->count(Tier::New), 1);
    QCOMPARE(page.tierBar()->count(Tier::Established), 0);
}

void tst_TrustPage::filtersByTier()
{
    for (int i = 1; i <= 6; ++i)
        adjust(i, i <= 4 ? 1 : 60);
    TrustPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 6);
    emit page.tierBar()->chosen(Tier::Trusted);
    QTRY_COMPARE(page.model()->rowCount(), 2);
    emit page.tierBar()->chosen(Tier::Trusted); // again: all
    QTRY_COMPARE(page.model()->rowCount(), 6);
    page.open(QStringLiteral("new"));
    QTRY_COMPARE(page.model()->rowCount(), 4);
}

void tst_TrustPage::setsAScoreWithAReason()
{
    adjust(1, 5);
    TrustPage page(m_test->context());
    page.show();
    const auto *detail = openDetail(page, TowerHouse::key(1));
    QVERIFY(detail);
    auto *score = detail->form()->findChild<QSpinBox *>();
    auto *go = PageTest::buttonWith(detail->form(), QStringLiteral("Set the score"));
    QCOMPARE(score->value(), 5);
    score->setValue(75);
    QVERIFY(!go->isEnabled()); // a score without a reason explains nothing
    for (auto *field : detail->form()->findChildren<QLineEdit *>()) {
        if (field->placeholderText().startsWith(QLatin1String("Reason")))
            field->setText(QStringLiteral("known for years"));
    }
    QVERIFY(go->isEnabled());
    QTest::mouseClick(go, Qt::LeftButton);
    QTRY_COMPARE(identity(TowerHouse::key(1))->tier, Tier::Trusted);
    QTRY_COMPARE(page.model()->find(TowerHouse::key(1).text())->score, 75);
    QTRY_COMPARE(page.tierBar()->count(Tier::Trusted), 1);
    // Access follows the tier.
    QCOMPARE(m_test->house.ask([](Services &s) { return s.relayAccounts.getAccess(TowerHouse::key(1)); }),
             AccessLevel::Write);
}

void tst_TrustPage::keepsANote()
{
    adjust(1, 5);
    TrustPage page(m_test->context());
    page.show();
    const auto *detail = openDetail(page, TowerHouse::key(1));
    QVERIFY(detail);
    detail->form()->findChild<QPlainTextEdit *>()->setPlainText(QStringLiteral("met in Vienna"));
    auto *save = PageTest::buttonWith(detail->form(), QStringLiteral("note"));
    QVERIFY(save->isEnabled());
    QTest::mouseClick(save, Qt::LeftButton);
    QTRY_COMPARE(identity(TowerHouse::key(1))->note, QStringLiteral("met in Vienna"));
    QTRY_VERIFY(!save->isEnabled());
}

void tst_TrustPage::keepsWhatIsTypedWhenOthersChange()
{
    adjust(1, 5);
    TrustPage page(m_test->context());
    page.show();
    const auto *detail = openDetail(page, TowerHouse::key(1));
    QVERIFY(detail);
    auto *note = detail->form()->findChild<QPlainTextEdit *>();
    note->setPlainText(QStringLiteral("half a sent"));
    adjust(1, 120);
    const auto shown = [detail] { return detail->form()->findChild<QSpinBox *>()->value(); };
    QTRY_COMPARE(shown(), 120); // untouched: follows
    QCOMPARE(note->toPlainText(), QStringLiteral("half a sent"));
    QCOMPARE(page.detail(), detail); // the same widget: focus and tab stay too
}

void tst_TrustPage::saysWhatWasRefused()
{
    adjust(1, 5);
    TrustPage page(m_test->context());
    page.show();
    const auto *detail = openDetail(page, TowerHouse::key(1));
    QVERIFY(detail);
    const QString tooLong(3'000, QLatin1Char('x'));
    emit detail->form()->noteGiven(tooLong);
    const auto *message = detail->form()->findChild<InlineMessage *>();
    QTRY_VERIFY(message->isVisible());
    QVERIFY(identity(TowerHouse::key(1))->note.isEmpty());
}

void tst_TrustPage::tellsTheHistory()
{
    adjust(1, 5);
    adjust(1, 25);
    m_test->house.ask([](Services &s) {
        s.trust.recordSuccess(TowerHouse::key(1), Sats(100), QStringLiteral("job:1"));
        return 0;
    });
    TrustPage page(m_test->context());
    page.show();
    const auto *detail = openDetail(page, TowerHouse::key(1));
    QVERIFY(detail);
    QTRY_COMPARE(detail->history()->rowCount(), 3);
    QCOMPARE(detail->history()->row(0).ref, QStringLiteral("job:1"));
    QCOMPARE(detail->history()->row(1).from, 5);
    QCOMPARE(detail->history()->row(1).to, 25);
}

void tst_TrustPage::showsAndRevokesAVouch()
{
    const QString id = vouch(1, 2);
    const PubKey vouchee = secretOf(2).pubKey();
    const std::int64_t boosted = identity(vouchee)->score;
    QVERIFY(boosted > 0);
    TrustPage page(m_test->context());
    page.show();
    const auto *detail = openDetail(page, vouchee);
    QVERIFY(detail);
    VouchesView *vouches = detail->vouches();
    QTRY_COMPARE(vouches->table()->view()->model()->rowCount(), 1);
    vouches->table()->select(id);
    vouches->revokeSelected();
    QVERIFY(vouches->confirmBar()->question().contains(QLatin1String("1 vouch")));
    QCOMPARE(identity(vouchee)->score, boosted); // not before the answer
    vouches->confirmBar()->confirm();
    QTRY_COMPARE(identity(vouchee)->score, 0);
    const auto graph = m_test->house.ask([vouchee](Services &s) { return s.vouches.of(vouchee); });
    QVERIFY(graph.received.front().vouch.revokedAt);
    // From the picture to the other end.
    emit vouches->picture()->chosen(secretOf(1).pubKey());
    QTRY_COMPARE(page.detail()->key(), secretOf(1).pubKey());
    QTRY_COMPARE(page.detail()->vouches()->table()->view()->model()->rowCount(), 1);
}

void tst_TrustPage::grantsFromHere()
{
    adjust(1, 5);
    TrustPage page(m_test->context());
    page.show();
    const auto *detail = openDetail(page, TowerHouse::key(1));
    QVERIFY(detail);
    QTest::mouseClick(PageTest::buttonWith(detail->form(), QStringLiteral("Grant")), Qt::LeftButton);
    auto *form = qobject_cast<AccessForm *>(page.panel()->content());
    QVERIFY(form);
    form->submit();
    const auto level = [this] {
        return m_test->house.ask([](Services &s) { return s.relayAccounts.getAccess(TowerHouse::key(1)); });
    };
    QTRY_COMPARE(level(), AccessLevel::Write);
    QTRY_VERIFY(m_test->undo.isVisible());
    m_test->undo.undo();
    QTRY_COMPARE(level(), AccessLevel::Read);
}

void tst_TrustPage::followsOthersKeepingTheSelection()
{
    for (int i = 1; i <= 10; ++i)
        adjust(i, i * 10);
    TrustPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 10);
    const QString mine = TowerHouse::key(4).text();
    page.table()->select(mine);
    adjust(7, 999);
    adjust(50, 15);
    QTRY_COMPARE(page.model()->rowCount(), 11);
    QTRY_COMPARE(page.model()->find(TowerHouse::key(7).text())->score, 999);
    QCOMPARE(page.table()->selectedKeys(), QStringList{mine});
}

void tst_TrustPage::offersAccessToAStranger()
{
    TrustPage page(m_test->context());
    page.show();
    page.open(TowerHouse::key(77).text());
    const auto said = [&page] {
        for (const auto *message : page.findChildren<InlineMessage *>()) {
            if (message->isVisible() && message->text().contains(QLatin1String("no identity")))
                return true;
        }
        return false;
    };
    QTRY_VERIFY(said());
}

void tst_TrustPage::barTakesTheKeyboard()
{
    TierBar bar;
    bar.setCounts({{Tier::New, 3}, {Tier::Elite, 1}});
    std::vector<Tier> chosen;
    QObject::connect(&bar, &TierBar::chosen, [&chosen](Tier tier) { chosen.push_back(tier); });
    for (int i = 0; i < 9; ++i)
        QTest::keyClick(&bar, Qt::Key_Right);
    QTest::keyClick(&bar, Qt::Key_Return);
    QTest::keyClick(&bar, Qt::Key_Left);
    QTest::keyClick(&bar, Qt::Key_Space);
    QCOMPARE(chosen, (std::vector<Tier>{Tier::Elite, Tier::Trusted}));
    QVERIFY(bar.accessibleName().contains(QLatin1String("3")));
}

QTEST_MAIN(tst_TrustPage)
#include "tst_TrustPage.moc"
