// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real keychain: the test starts itself again under a private D-Bus session with gnome-keyring-daemon.
#include "core/base/Error.h"
#include "core/base/Secrets.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;

namespace {

const QString service = QStringLiteral("timmy-tower-test");

} // namespace

class TestKeychain : public QObject
{
    Q_OBJECT

private slots:
    void runsUnderItsOwnSession();
    void keepsSecrets();
    void servesAStart();

private:
    bool m_inside = qEnvironmentVariableIsSet("TOWER_TEST_INSIDE_SESSION");
};

void TestKeychain::runsUnderItsOwnSession()
{
    if (m_inside)
        return;
    for (const char *tool : {"dbus-run-session", "gnome-keyring-daemon"}) {
        if (!QStandardPaths::findExecutable(QLatin1String(tool)).isEmpty())
            continue;
        QVERIFY2(qEnvironmentVariableIntValue("TOWER_REQUIRE_KEYCHAIN") != 1, tool);
        QSKIP("dbus-run-session and gnome-keyring-daemon are needed for a real keychain");
    }
    QTemporaryDir home;
    QVERIFY(home.isValid());
    QVERIFY(QDir(home.path()).mkdir(QStringLiteral("run")));
    QVERIFY(QFile::setPermissions(home.filePath(QStringLiteral("run")),
                                  QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), home.path());
    environment.insert(QStringLiteral("XDG_DATA_HOME"), home.filePath(QStringLiteral("data")));
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), home.filePath(QStringLiteral("run")));
    environment.insert(QStringLiteral("TOWER_TEST_INSIDE_SESSION"), QStringLiteral("1"));
    environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));

    QProcess session;
    session.setProcessEnvironment(environment);
    session.setProcessChannelMode(QProcess::MergedChannels);
    session.start(QStringLiteral("dbus-run-session"),
                  {QStringLiteral("--"), QStringLiteral("sh"), QStringLiteral("-c"),
                   QStringLiteral(
                       "echo | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$0\""),
                   QCoreApplication::applicationFilePath()});
    QVERIFY(session.waitForFinished(60'000));
    const QByteArray output = session.readAll();
    QVERIFY2(session.exitStatus() == QProcess::NormalExit && session.exitCode() == 0, output.constData());
    QVERIFY2(output.contains("PASS   : TestKeychain::keepsSecrets()"), output.constData());
}

void TestKeychain::keepsSecrets()
{
    if (!m_inside)
        return;
    const auto keychain = openKeychain(service);
    QVERIFY(keychain);
    QCOMPARE(keychain->source(), SecretSource::Keychain);
    QVERIFY(!keychain->read(QStringLiteral("probe")));
    QVERIFY(!keychain->read(QStringLiteral("ADMIN_TOKEN")));
    keychain->write(QStringLiteral("ADMIN_TOKEN"), "first");
    keychain->write(QStringLiteral("ADMIN_TOKEN"), "zweiter Schlüssel");
    const auto other = openKeychain(service);
    QVERIFY(other);
    QVERIFY(other->read(QStringLiteral("ADMIN_TOKEN"))->equals("zweiter Schlüssel"));
    QVERIFY(!openKeychain(service + QStringLiteral("-other"))->read(QStringLiteral("ADMIN_TOKEN")));
    other->remove(QStringLiteral("ADMIN_TOKEN"));
    other->remove(QStringLiteral("ADMIN_TOKEN"));
    QVERIFY(!keychain->read(QStringLiteral("ADMIN_TOKEN")));
}

void TestKeychain::servesAStart()
{
    if (!m_inside)
        return;
    QTemporaryDir dir;
    const auto openStore = [&] { return openSecretStore(service, dir.path()); };
    Secrets first({}, openStore);
    first.generateMissing([](Secret) { return true; });
    QCOMPARE(first.storeSource(), SecretSource::Keychain);
    QVERIFY(!QFile::exists(dir.filePath(QStringLiteral("secrets.ini"))));

    Secrets second({}, openStore);
    second.generateMissing([](Secret) { return false; });
    QVERIFY(second.value(Secret::DataKey).equals(first.value(Secret::DataKey).view()));

    // A data folder that began with secrets.ini stays with it.
    openSecretsFile(dir.path())->write(QStringLiteral("ADMIN_TOKEN"), "in the file");
    QCOMPARE(openStore()->source(), SecretSource::SecretsIni);
}

QTEST_GUILESS_MAIN(TestKeychain)
#include "tst_Keychain.moc"
