// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Secrets.h"
#include "core/base/Settings.h"
#include "core/base/SettingsPrint.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;

class TestSettingsDoc : public QObject
{
    Q_OBJECT

private slots:
    void referenceTableIsTheCatalogue();
    void everyNameIsInTheTable();
    void printedSettings();
    void printedSecretsAreMasked();
};

/// TOWER_UPDATE_DOCS=1 writes the table anew.
void TestSettingsDoc::referenceTableIsTheCatalogue()
{
    QFile file(QStringLiteral(TOWER_SOURCE_DIR "/resources/docs/settings.md"));
    const QByteArray expected = settingsMarkdown().toUtf8();
    if (qEnvironmentVariableIntValue("TOWER_UPDATE_DOCS") == 1) {
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(expected), expected.size());
        file.close();
    }
    QVERIFY(file.open(QIODevice::ReadOnly));
    const bool current = file.readAll() == expected;
    QVERIFY2(current, "resources/docs/settings.md is not what the catalogue says: run TOWER_UPDATE_DOCS=1 "
                      "tst_SettingsDoc");
}

void TestSettingsDoc::everyNameIsInTheTable()
{
    const QString table = settingsMarkdown();
    for (const SettingSpec &spec : Settings::catalogue())
        QVERIFY2(table.contains(QStringLiteral("| `%1` |").arg(QLatin1String(spec.name))), spec.name);
    for (const SecretSpec &spec : Secrets::catalogue())
        QVERIFY2(table.contains(QStringLiteral("| `%1` |").arg(QLatin1String(spec.name))), spec.name);
}

void TestSettingsDoc::printedSettings()
{
    QTemporaryDir dir;
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("EVAL_FEE_SATS"), QStringLiteral("25"));
    Settings settings({{"PUBLIC_URL", "http://127.0.0.1:9"}}, environment, {{"WORK_MARGIN_PCT", "41"}});
    settings.load({{"VOUCH_TRUST_BOOST", "21"}});
    const Secrets secrets({}, [&] { return openSecretsFile(dir.path()); });
    const QStringList lines = describeSettings(settings, secrets).split(u'\n');
    const auto has = [&](const char *start) {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const QString &line) { return line.startsWith(QLatin1String(start)); });
    };
    QVERIFY(has("EVAL_FEE_SATS=25  [environment]  default: 10  fixed fee"));
    QVERIFY(has("PUBLIC_URL=http://127.0.0.1:9  [command line]  default: (empty)  what clients"));
    QVERIFY(has("WORK_MARGIN_PCT=41  [config file]  default: 40  originator"));
    QVERIFY(has("VOUCH_TRUST_BOOST=21  [saved]  default: 20  score"));
    QVERIFY(has("NOSTR_RELAY_URL=(empty)  [default]  default: (empty)  relay"));
}

void TestSettingsDoc::printedSecretsAreMasked()
{
    QTemporaryDir dir;
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("ADMIN_TOKEN"), QStringLiteral("hunter2hunter2"));
    Secrets secrets(environment, [&] { return openSecretsFile(dir.path()); });
    secrets.generateMissing([](Secret) { return true; });
    const QString printed = describeSettings(Settings(), secrets);
    QVERIFY(printed.contains(QStringLiteral("ADMIN_TOKEN=(set)  [environment]  default: generated")));
    QVERIFY(printed.contains(QStringLiteral("RELAY_POLICY_SECRET=(set)  [generated]")));
    QVERIFY(printed.contains(QStringLiteral("LNBITS_API_KEY=(not set)  [nowhere]")));
    for (const SecretSpec &spec : Secrets::catalogue()) {
        if (secrets.isSet(spec.secret))
            QVERIFY2(!printed.contains(QString::fromUtf8(secrets.value(spec.secret).view())), spec.name);
    }
}

QTEST_GUILESS_MAIN(TestSettingsDoc)
#include "tst_SettingsDoc.moc"
