// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/ui/PageTest.h"
#include "ui/Pages.h"
#include "ui/assistant/AssistantPage.h"
#include "ui/assistant/KeyStep.h"
#include "ui/settings/ConnectionTest.h"
#include "ui/settings/SettingDetail.h"
#include "ui/shell/MainWindow.h"
#include "ui/widgets/Labels.h"

#include <QLineEdit>
#include <QSpinBox>

using namespace tower;

namespace {

const SecretKey another = *SecretKey::fromBytes(QByteArray(32, '\x0b'));
const QString anotherHex = QStringLiteral("0b").repeated(32);

SecretLine nsec(SecretSource source)
{
    return {QStringLiteral("TIMMY_NOSTR_NSEC"), QStringLiteral("is Timmy"), true, Secrets::sourceName(source),
            false};
}

template <class Step>
Step *stepOf(const AssistantPage &page, const QString &title)
{
    for (SetupStep *step : page.steps()) {
        if (step->title() == title)
            return dynamic_cast<Step *>(step);
    }
    return nullptr;
}

bool says(const QWidget &widget, const QString &words)
{
    for (const auto *label : widget.findChildren<QLabel *>()) {
        if (label->text().contains(words))
            return true;
    }
    return false;
}

} // namespace

class tst_Assistant : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_test = std::make_unique<PageTest>();
        m_test->house.control().secretLines.push_back(nsec(SecretSource::Generated));
        m_done = 0;
        m_page = std::make_unique<AssistantPage>(m_test->context(), [this] { ++m_done; });
        m_page->show();
    }
    void cleanup()
    {
        m_page.reset();
        m_test.reset();
    }

    void leadsThroughAllSteps();
    void canBeSkipped();
    void saysWhereEverythingIs();
    void showsTimmysKey();
    void importsAKeyThatHasABackup();
    void refusesWhatIsNoKey();
    void aGivenKeyWins();
    void setsTheRelay();
    void keepsWhatIsRefused();
    void everyConnectionIsTested_data();
    void everyConnectionIsTested();
    void movesTheApi();
    void theWindowLeadsBackUntilItIsDone();

private:
    std::unique_ptr<PageTest> m_test;
    std::unique_ptr<AssistantPage> m_page;
    int m_done = 0;
};

void tst_Assistant::leadsThroughAllSteps()
{
    QCOMPARE(m_page->steps().size(), 7u);
    QVERIFY(!PageTest::buttonWith(m_page.get(), QStringLiteral("Back"))->isEnabled());
    for (int i = 0; i < 7; ++i) {
        QCOMPARE(m_page->step(), i);
        QVERIFY(says(*m_page, m_page->steps()[static_cast<std::size_t>(i)]->title()));
        QCOMPARE(m_done, 0);
        m_page->next();
    }
    QCOMPARE(m_done, 1);
    m_page->back();
    QCOMPARE(m_page->step(), 5);
}

void tst_Assistant::canBeSkipped()
{
    PageTest::buttonWith(m_page.get(), QStringLiteral("Skip the rest"))->click();
    QCOMPARE(m_done, 1);
}

void tst_Assistant::saysWhereEverythingIs()
{
    QTRY_VERIFY(says(*m_page->steps().front(), m_test->house.control().dataFolder()));
    QVERIFY(says(*m_page->steps().front(), m_test->house.control().databaseDisplay()));
}

void tst_Assistant::showsTimmysKey()
{
    auto *step = stepOf<KeyStep>(*m_page, QStringLiteral("Timmy's key"));
    m_page->go(1);
    const PubKey timmy = m_test->house.ask([](Services &s) { return s.timmy; });
    auto *label = step->findChild<NpubLabel *>();
    QTRY_COMPARE(label->npub(), QString::fromLatin1(toNpub(timmy)));
    QTRY_VERIFY(says(*step, QStringLiteral("Keep a backup")));
}

void tst_Assistant::importsAKeyThatHasABackup()
{
    auto *step = stepOf<KeyStep>(*m_page, QStringLiteral("Timmy's key"));
    m_page->go(1);
    QVERIFY(!step->canImport());
    step->type(anotherHex, {});
    QVERIFY(!step->canImport());
    QVERIFY(says(*step, QStringLiteral("read it from its backup")));
    step->type(anotherHex, QString(64, QLatin1Char('1')));
    QVERIFY(!step->canImport());
    step->type(anotherHex, anotherHex);
    QVERIFY(step->canImport());
    step->import();
    QTRY_VERIFY(step->message()->isVisible());
    QCOMPARE(step->message()->tone(), Tone::Good);
    QVERIFY(step->message()->text().contains(u"from the next start"));
    QCOMPARE(m_test->house.control().imported, another.pubKey());
    for (const auto *field : step->findChildren<QLineEdit *>()) {
        QVERIFY(field->text().isEmpty());
        QCOMPARE(field->echoMode(), QLineEdit::Password);
    }
}

void tst_Assistant::refusesWhatIsNoKey()
{
    auto *step = stepOf<KeyStep>(*m_page, QStringLiteral("Timmy's key"));
    step->type(QStringLiteral("nsec1nonsense"), QStringLiteral("nsec1nonsense"));
    QVERIFY(!step->canImport());
    QVERIFY(says(*step, QStringLiteral("no private key")));
    step->import();
    QVERIFY(!m_test->house.control().imported);
}

void tst_Assistant::aGivenKeyWins()
{
    m_test->house.on(
        [this] { m_test->house.control().secretLines.back() = nsec(SecretSource::Environment); });
    AssistantPage page(m_test->context(), [] {});
    page.show();
    page.go(1);
    auto *step = stepOf<KeyStep>(page, QStringLiteral("Timmy's key"));
    QTRY_VERIFY(says(*step, QStringLiteral("which wins")));
    for (const auto *field : step->findChildren<QLineEdit *>())
        QVERIFY(!field->isVisible());
}

void tst_Assistant::setsTheRelay()
{
    auto *step = stepOf<ConnectionStep>(*m_page, QStringLiteral("Relay"));
    QTRY_VERIFY(step->findChild<SettingDetail *>());
    auto *detail = step->findChild<SettingDetail *>();
    const QString relay = QStringLiteral("ws://127.0.0.1:7777");
    detail->setText(relay);
    detail->submit();
    const auto saved = [this] {
        return m_test->house.ask([](Services &s) { return s.settings.text(Setting::NostrRelayUrl); });
    };
    QTRY_COMPARE(saved(), relay);
    QTRY_VERIFY(says(*detail, QStringLiteral("In force: ") + relay));
}

void tst_Assistant::keepsWhatIsRefused()
{
    auto *step = stepOf<ConnectionStep>(*m_page, QStringLiteral("Relay"));
    m_page->go(5);
    QTRY_VERIFY(step->findChild<SettingDetail *>());
    auto *detail = step->findChild<SettingDetail *>();
    detail->setText(QStringLiteral("http://no.relay"));
    detail->submit();
    QTRY_VERIFY(detail->findChild<InlineMessage *>()->isVisible());
    m_page->go(5);
    QCOMPARE(detail->findChild<QLineEdit *>()->text(), QStringLiteral("http://no.relay"));
}

void tst_Assistant::everyConnectionIsTested_data()
{
    QTest::addColumn<QString>("title");
    QTest::addColumn<Connection>("which");
    QTest::newRow("wallet") << QStringLiteral("Lightning wallet") << Connection::Wallet;
    QTest::newRow("agent") << QStringLiteral("AI agent") << Connection::Agent;
    QTest::newRow("cloud") << QStringLiteral("Cloud") << Connection::Cloud;
    QTest::newRow("relay") << QStringLiteral("Relay") << Connection::Relay;
}

void tst_Assistant::everyConnectionIsTested()
{
    QFETCH(QString, title);
    QFETCH(Connection, which);
    ConnectionTest *test = stepOf<ConnectionStep>(*m_page, title)->test();
    test->button()->click();
    QTRY_VERIFY(!test->answer()->text().isEmpty());
    QCOMPARE(m_test->house.control().tested, QList{which});
}

void tst_Assistant::movesTheApi()
{
    auto *step = stepOf<ApiStep>(*m_page, QStringLiteral("The API's address"));
    m_page->go(6);
    auto *host = step->findChild<QLineEdit *>();
    QTRY_COMPARE(host->text(), QStringLiteral("127.0.0.1"));
    auto *message = step->findChild<InlineMessage *>();
    QTRY_VERIFY(message->text().contains(u"does not serve"));
    step->findChild<QSpinBox *>()->setValue(9'999);
    PageTest::buttonWith(step, QStringLiteral("Serve here"))->click();
    QTRY_VERIFY(message->text().contains(u"serves at http://127.0.0.1:9999"));
    QVERIFY(m_test->house.ask([](Services &s) { return s.control.api().listening; }));
    host->setText(QStringLiteral("taken"));
    PageTest::buttonWith(step, QStringLiteral("Serve here"))->click();
    QTRY_VERIFY(message->text().contains(u"in use"));
    QCOMPARE(host->text(), QStringLiteral("taken"));
}

void tst_Assistant::theWindowLeadsBackUntilItIsDone()
{
    MainWindow window(*m_test->house.core, *m_test->house.settings, consolePages());
    int done = 0;
    window.showGuide(
        [](const PageContext &context, std::function<void()> whenDone) {
            return new AssistantPage(context, std::move(whenDone));
        },
        [&done] { ++done; });
    window.show();
    auto *guide = qobject_cast<AssistantPage *>(window.guide());
    QVERIFY(guide && guide->isVisible());
    guide->next();
    window.openPage(QStringLiteral("settings"));
    QVERIFY(!guide->isVisible());
    QPushButton *goOn = PageTest::buttonWith(&window, QStringLiteral("Go on"));
    QVERIFY(goOn && goOn->isVisible());
    goOn->click();
    QVERIFY(guide->isVisible());
    QCOMPARE(guide->step(), 1);
    guide->leave();
    guide->leave();
    QCOMPARE(done, 1);
    QVERIFY(!window.guide());
    QVERIFY(window.page(QStringLiteral("settings"))->isVisible());
}

QTEST_MAIN(tst_Assistant)
#include "tst_Assistant.moc"
