// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/PageTest.h"
#include "ui/settings/SettingDetail.h"
#include "ui/settings/SettingsPage.h"
#include "ui/widgets/DataTable.h"

#include <QLineEdit>

using namespace tower;

class tst_SettingsPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void showsTheWholeCatalogue();
    void changesAndUndoes();
    void saysWhatIsRefusedAndKeepsIt();
    void goesBackToTheDefault();
    void secretsAreSetOrNotSet();
    void followsOthers();
    void opensByName();

private:
    SettingDetail *openDetail(SettingsPage &page, const QString &name)
    {
        page.open(name);
        for (int i = 0; i < 500 && !(page.detail() && page.detail()->name() == name); ++i)
            QTest::qWait(10);
        return page.detail();
    }
    QString value(Setting setting)
    {
        return m_test->house.ask([setting](Services &s) { return s.settings.text(setting); });
    }

    std::unique_ptr<PageTest> m_test;
};

const QString interval = QStringLiteral("MODERATION_POLL_MS");

void tst_SettingsPage::showsTheWholeCatalogue()
{
    SettingsPage page(m_test->context());
    page.show();
    const auto all =
        static_cast<int>(Settings::catalogue().size() + m_test->house.control().secretLines.size());
    QTRY_COMPARE(page.model()->rowCount(), all);
    const SettingLine *line = page.model()->find(interval);
    QVERIFY(line);
    QCOMPARE(line->value, line->standard);
    QVERIFY(!line->saved);
}

void tst_SettingsPage::changesAndUndoes()
{
    SettingsPage page(m_test->context());
    page.show();
    auto *detail = openDetail(page, interval);
    QVERIFY(detail);
    const QString before = value(Setting::ModerationPollMs);
    detail->setText(QStringLiteral("45000"));
    detail->submit();
    QTRY_COMPARE(value(Setting::ModerationPollMs), QStringLiteral("45000"));
    QTRY_VERIFY(page.model()->find(interval)->saved);
    QTRY_VERIFY(m_test->undo.isVisible());
    m_test->undo.undo();
    QTRY_COMPARE(value(Setting::ModerationPollMs), before);
}

void tst_SettingsPage::saysWhatIsRefusedAndKeepsIt()
{
    SettingsPage page(m_test->context());
    page.show();
    auto *detail = openDetail(page, interval);
    QVERIFY(detail);
    const QString before = value(Setting::ModerationPollMs);
    detail->setText(QStringLiteral("soon"));
    detail->submit();
    const auto *message = detail->findChild<InlineMessage *>();
    QTRY_VERIFY(message->isVisible());
    QVERIFY2(message->text().contains(interval), qPrintable(message->text()));
    QCOMPARE(detail->findChild<QLineEdit *>()->text(), QStringLiteral("soon"));
    QCOMPARE(value(Setting::ModerationPollMs), before);
}

void tst_SettingsPage::goesBackToTheDefault()
{
    const QString before = value(Setting::ModerationPollMs);
    m_test->house.ask([](Services &s) {
        s.savedSettings.change({{Setting::ModerationPollMs, QStringLiteral("50000")}},
                               QStringLiteral("admin:test"));
        return 0;
    });
    SettingsPage page(m_test->context());
    page.show();
    auto *detail = openDetail(page, interval);
    QVERIFY(detail);
    detail->reset();
    QTRY_COMPARE(value(Setting::ModerationPollMs), before);
    QTRY_COMPARE(detail->findChild<QLineEdit *>()->text(), before);
}

void tst_SettingsPage::secretsAreSetOrNotSet()
{
    SettingsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("secrets"));
    QTRY_COMPARE(page.model()->rowCount(), 2);
    QVERIFY(page.model()->find(QStringLiteral("ADMIN_TOKEN"))->isSet);
    QVERIFY(!page.model()->find(QStringLiteral("LNBITS_API_KEY"))->isSet);
    page.table()->select(QStringLiteral("ADMIN_TOKEN"));
    QTRY_VERIFY(page.detail());
    for (auto *field : page.detail()->findChildren<QLineEdit *>())
        QVERIFY(field->isHidden());
}

void tst_SettingsPage::followsOthers()
{
    SettingsPage page(m_test->context());
    page.show();
    auto *detail = openDetail(page, interval);
    QVERIFY(detail);
    m_test->house.ask([](Services &s) {
        s.savedSettings.change({{Setting::ModerationPollMs, QStringLiteral("61000")}},
                               QStringLiteral("admin:other"));
        return 0;
    });
    QTRY_COMPARE(page.model()->find(interval)->value, QStringLiteral("61000"));
    QTRY_COMPARE(detail->findChild<QLineEdit *>()->text(), QStringLiteral("61000"));
    QCOMPARE(page.table()->selectedKeys(), QStringList{interval});
}

void tst_SettingsPage::opensByName()
{
    SettingsPage page(m_test->context());
    page.show();
    QVERIFY(openDetail(page, QStringLiteral("NOSTR_RELAY_URL")));
    QCOMPARE(page.table()->currentKey(), QStringLiteral("NOSTR_RELAY_URL"));
}

QTEST_MAIN(tst_SettingsPage)
#include "tst_SettingsPage.moc"
