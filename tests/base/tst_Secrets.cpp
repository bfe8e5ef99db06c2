// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Secrets.h"

#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace tower;

namespace {

template <class Action>
ServiceError errorOf(Action action)
{
    try {
        action();
    } catch (const ServiceError &e) {
        return e;
    }
    return internalError(QStringLiteral("nothing was thrown"), "nothing_thrown");
}

QByteArray bytes(const SecretBytes &secret)
{
    return secret.view().toByteArray();
}

bool always(Secret)
{
    return true;
}

} // namespace

class TestSecrets : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void catalogueNames();
    void environmentComesFirst();
    void namedFile_data();
    void namedFile();
    void unusableNamedFile_data();
    void unusableNamedFile();
    void refusesBadShapes_data();
    void refusesBadShapes();
    void storeIsOpenedOnlyWhenNeeded();
    void lookingUpMakesNothing();
    void generatesAndKeeps();
    void lostSecretsStopTheStart();
    void rotates();
    void setsAndForgets();
    void fixedOnesConflict();
    void fingerprints();
    void iniFileIsPrivate();
    void iniFileIsTightened();
    void iniFileKeepsAwkwardValues();
    void failedWriteKeepsTheOldValue();
    void damagedIniFileShowsNothing();
    void storeOfADataFolderWithoutBus();
    void bytesAreWiped();
    void comparesWhole();
    void randomnessDiffers();
    void environmentIsWiped();

private:
    [[nodiscard]] QString file(const char *name) const { return m_dir->filePath(QLatin1String(name)); }
    [[nodiscard]] QByteArray ini() const
    {
        QFile f(file("secrets.ini"));
        return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
    }
    void write(const char *name, const QByteArray &content) const
    {
        QFile f(file(name));
        if (!f.open(QIODevice::WriteOnly | QIODevice::Truncate) || f.write(content) != content.size())
            qFatal("the test's own file can't be written");
    }
    Secrets open(const std::map<QString, QString> &environment = {}) const
    {
        QProcessEnvironment e;
        for (const auto &[name, value] : environment)
            e.insert(name, value);
        return Secrets(e, [this] { return openSecretsFile(m_dir->path()); });
    }

    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestSecrets::catalogueNames()
{
    QStringList generated;
    QStringList given;
    for (const SecretSpec &spec : Secrets::catalogue())
        (spec.generated ? generated : given).append(QString::fromLatin1(spec.name));
    QCOMPARE(generated,
             QStringList({"TIMMY_TOKEN_SECRET", "ADMIN_TOKEN", "RELAY_POLICY_SECRET", "TOWER_DATA_KEY"}));
    QCOMPARE(given, QStringList({"TIMMY_NOSTR_NSEC", "LNBITS_API_KEY", "ANTHROPIC_API_KEY", "DO_API_TOKEN",
                                 "TAILSCALE_API_KEY"}));
}

void TestSecrets::environmentComesFirst()
{
    write("token", "from-the-file\n");
    open().set(Secret::AdminToken, SecretBytes("from-the-store"));

    const Secrets store = open();
    QCOMPARE(bytes(store.value(Secret::AdminToken)), QByteArray("from-the-store"));
    QCOMPARE(store.source(Secret::AdminToken), SecretSource::SecretsIni);
    QVERIFY(!store.isFixed(Secret::AdminToken));

    const Secrets named = open({{"ADMIN_TOKEN_FILE", file("token")}});
    QCOMPARE(bytes(named.value(Secret::AdminToken)), QByteArray("from-the-file"));
    QCOMPARE(named.source(Secret::AdminToken), SecretSource::File);
    QVERIFY(named.isFixed(Secret::AdminToken));

    const Secrets direct = open({{"ADMIN_TOKEN", "direct"}, {"ADMIN_TOKEN_FILE", file("token")}});
    QCOMPARE(bytes(direct.value(Secret::AdminToken)), QByteArray("direct"));
    QCOMPARE(direct.source(Secret::AdminToken), SecretSource::Environment);

    const Secrets empty = open({{"ADMIN_TOKEN", ""}, {"ADMIN_TOKEN_FILE", ""}});
    QCOMPARE(empty.source(Secret::AdminToken), SecretSource::SecretsIni);
}

void TestSecrets::namedFile_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("bare") << QByteArray("s3cret");
    QTest::newRow("line feed") << QByteArray("s3cret\n");
    QTest::newRow("CR LF") << QByteArray("s3cret\r\n");
}

void TestSecrets::namedFile()
{
    QFETCH(QByteArray, content);
    write("key", content);
    const Secrets secrets = open({{"LNBITS_API_KEY_FILE", file("key")}});
    QCOMPARE(bytes(secrets.value(Secret::LnbitsApiKey)), QByteArray("s3cret"));
}

void TestSecrets::unusableNamedFile_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("message");
    QTest::newRow("empty") << QByteArray("\n") << "LNBITS_API_KEY_FILE=%1: the file is empty";
    QTest::newRow("large") << QByteArray(70'000, 'x')
                           << "LNBITS_API_KEY_FILE=%1: the file is too large for a secret";
    QTest::newRow("two lines") << QByteArray("s3cret\ns3cret\n")
                               << "LNBITS_API_KEY holds a line break or another control character";
}

void TestSecrets::unusableNamedFile()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, message);
    write("key", content);
    const ServiceError e = errorOf([&] { open({{"LNBITS_API_KEY_FILE", file("key")}}); });
    QCOMPARE(e.message(), message.contains(u'%') ? message.arg(file("key")) : message);
    const ServiceError absent = errorOf([&] { open({{"LNBITS_API_KEY_FILE", file("absent")}}); });
    QCOMPARE(absent.code(), QByteArray("secret_file_unreadable"));
    QVERIFY(absent.message().startsWith(QStringLiteral("LNBITS_API_KEY_FILE=%1: ").arg(file("absent"))));
}

void TestSecrets::refusesBadShapes_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("message");
    QTest::newRow("short token secret") << "TIMMY_TOKEN_SECRET" << QString(31, u'z')
                                        << "TIMMY_TOKEN_SECRET has 31 characters; at least 32 are needed";
    QTest::newRow("header injection") << "ADMIN_TOKEN"
                                      << "zzz\r\nX-Admin: 1"
                                      << "ADMIN_TOKEN holds a line break or another control character";
    QTest::newRow("data key not hex")
        << "TOWER_DATA_KEY" << QString(64, u'z') << "TOWER_DATA_KEY is not 64 hex digits";
    QTest::newRow("data key too long")
        << "TOWER_DATA_KEY" << QString(66, u'a') << "TOWER_DATA_KEY is not 64 hex digits";
}

void TestSecrets::refusesBadShapes()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(QString, message);
    const ServiceError e = errorOf([&] { open({{name, value}}); });
    QCOMPARE(e.message(), message);
    QCOMPARE(e.code(), QByteArray("invalid_secret"));
    QVERIFY(!e.message().contains(QStringLiteral("zzz")));
}

void TestSecrets::storeIsOpenedOnlyWhenNeeded()
{
    QProcessEnvironment environment;
    for (const SecretSpec &spec : Secrets::catalogue())
        environment.insert(QString::fromLatin1(spec.name), QString(64, u'a'));
    int opened = 0;
    const auto openStore = [&] {
        ++opened;
        return openSecretsFile(m_dir->path());
    };
    Secrets all(environment, openStore);
    all.generateMissing([](Secret) { return true; });
    QCOMPARE(opened, 0);
    QCOMPARE(all.storeSource(), SecretSource::Absent);

    environment.remove(QStringLiteral("DO_API_TOKEN"));
    environment.remove(QStringLiteral("ADMIN_TOKEN"));
    const Secrets some(environment, openStore);
    QCOMPARE(opened, 1);
    QCOMPARE(some.storeSource(), SecretSource::SecretsIni);
}

void TestSecrets::lookingUpMakesNothing()
{
    const Secrets secrets = open();
    for (const SecretSpec &spec : Secrets::catalogue()) {
        QVERIFY(secrets.isMissing(spec.secret));
        QCOMPARE(secrets.source(spec.secret), SecretSource::Absent);
    }
    QVERIFY(!QFile::exists(file("secrets.ini")));
}

void TestSecrets::generatesAndKeeps()
{
    Secrets first = open({{"ADMIN_TOKEN", "mine"}});
    first.generateMissing(always);
    QCOMPARE(first.generated(),
             (std::vector{Secret::TimmyTokenSecret, Secret::RelayPolicySecret, Secret::DataKey}));
    QCOMPARE(first.source(Secret::DataKey), SecretSource::Generated);
    const QRegularExpression hex(QStringLiteral("^[0-9a-f]{64}$"));
    QVERIFY(hex.match(QString::fromLatin1(bytes(first.value(Secret::DataKey)))).hasMatch());
    QVERIFY(first.isMissing(Secret::TimmyNostrNsec));

    Secrets second = open();
    second.generateMissing(always);
    QCOMPARE(second.generated(), std::vector{Secret::AdminToken});
    for (const Secret s : {Secret::TimmyTokenSecret, Secret::RelayPolicySecret, Secret::DataKey})
        QCOMPARE(bytes(second.value(s)), bytes(first.value(s)));
    QVERIFY(!ini().contains("mine"));
}

void TestSecrets::lostSecretsStopTheStart()
{
    Secrets secrets = open();
    const ServiceError e = errorOf([&] {
        secrets.generateMissing([](Secret s) { return s != Secret::DataKey && s != Secret::AdminToken; });
    });
    QCOMPARE(e.code(), QByteArray("secret_missing"));
    QVERIFY(e.message().startsWith(QStringLiteral("ADMIN_TOKEN, TOWER_DATA_KEY was used")));
    QVERIFY(e.message().contains(QStringLiteral("secrets.ini")));
    QVERIFY(secrets.isMissing(Secret::TimmyTokenSecret));
    QVERIFY(!QFile::exists(file("secrets.ini")));
}

void TestSecrets::rotates()
{
    Secrets secrets = open();
    secrets.generateMissing(always);
    const QByteArray before = bytes(secrets.value(Secret::AdminToken));
    secrets.rotate(Secret::AdminToken);
    QVERIFY(bytes(secrets.value(Secret::AdminToken)) != before);
    QCOMPARE(secrets.source(Secret::AdminToken), SecretSource::SecretsIni);
    QCOMPARE(bytes(open().value(Secret::AdminToken)), bytes(secrets.value(Secret::AdminToken)));
    QVERIFY(!ini().contains(before));
    for (const Secret s : {Secret::DataKey, Secret::TimmyNostrNsec, Secret::LnbitsApiKey})
        QCOMPARE(errorOf([&] { secrets.rotate(s); }).code(), QByteArray("secret_not_rotatable"));
}

void TestSecrets::setsAndForgets()
{
    Secrets secrets = open();
    secrets.set(Secret::LnbitsApiKey, SecretBytes("k3y"));
    QCOMPARE(bytes(open().value(Secret::LnbitsApiKey)), QByteArray("k3y"));
    QCOMPARE(errorOf([&] { secrets.set(Secret::TimmyTokenSecret, SecretBytes("short")); }).code(),
             QByteArray("invalid_secret"));
    secrets.set(Secret::LnbitsApiKey, SecretBytes());
    QVERIFY(secrets.isMissing(Secret::LnbitsApiKey));
    QVERIFY(open().isMissing(Secret::LnbitsApiKey));
    QVERIFY(!ini().contains("k3y"));
}

void TestSecrets::fixedOnesConflict()
{
    Secrets secrets = open({{"ADMIN_TOKEN", "fixed-one"}});
    for (const auto &change :
         {std::function<void()>([&] { secrets.rotate(Secret::AdminToken); }),
          std::function<void()>([&] { secrets.set(Secret::AdminToken, SecretBytes("new")); })}) {
        const ServiceError e = errorOf(change);
        QCOMPARE(e.kind(), ErrorKind::Conflict);
        QCOMPARE(e.message(),
                 QStringLiteral("ADMIN_TOKEN is fixed by the environment and can't be changed here"));
    }
    QCOMPARE(bytes(secrets.value(Secret::AdminToken)), QByteArray("fixed-one"));
}

void TestSecrets::fingerprints()
{
    const Secrets secrets = open({{"ADMIN_TOKEN", "same"}, {"RELAY_POLICY_SECRET", "same"}});
    QCOMPARE(secrets.fingerprint(Secret::AdminToken),
             QCryptographicHash::hash("timmy-tower fingerprintADMIN_TOKENsame", QCryptographicHash::Sha256)
                 .first(8)
                 .toHex());
    QVERIFY(secrets.fingerprint(Secret::AdminToken) != secrets.fingerprint(Secret::RelayPolicySecret));
}

void TestSecrets::iniFileIsPrivate()
{
    const mode_t before = ::umask(0);
    open().set(Secret::AdminToken, SecretBytes("one"));
    open().set(Secret::AdminToken, SecretBytes("two"));
    ::umask(before);
    struct stat status
    {
    };
    QCOMPARE(::stat(QFile::encodeName(file("secrets.ini")).constData(), &status), 0);
    QCOMPARE(status.st_mode & 0777, 0600u);
    QVERIFY(!QFile::exists(file("secrets.ini.new")));
}

void TestSecrets::iniFileIsTightened()
{
    write("secrets.ini", "ADMIN_TOKEN=open\n");
    QCOMPARE(::chmod(QFile::encodeName(file("secrets.ini")).constData(), 0644), 0);
    QCOMPARE(bytes(open().value(Secret::AdminToken)), QByteArray("open"));
    struct stat status
    {
    };
    QCOMPARE(::stat(QFile::encodeName(file("secrets.ini")).constData(), &status), 0);
    QCOMPARE(status.st_mode & 0777, 0600u);
}

void TestSecrets::iniFileKeepsAwkwardValues()
{
    for (const char *value : {" blanks around ", "\"quoted\"", "#;[x]=a,b\\n", "Zürich", "\""}) {
        open().set(Secret::AdminToken, SecretBytes(value));
        QCOMPARE(bytes(open().value(Secret::AdminToken)), QByteArray(value));
    }
}

void TestSecrets::failedWriteKeepsTheOldValue()
{
    Secrets secrets = open();
    secrets.set(Secret::AdminToken, SecretBytes("old"));
    // A folder where the new file would be written: fails for root, too.
    QVERIFY(QDir(m_dir->path()).mkdir(QStringLiteral("secrets.ini.new")));
    QCOMPARE(errorOf([&] { secrets.set(Secret::AdminToken, SecretBytes("new")); }).code(),
             QByteArray("write_failed"));
    QCOMPARE(errorOf([&] { secrets.set(Secret::AdminToken, SecretBytes()); }).code(),
             QByteArray("write_failed"));
    QCOMPARE(errorOf([&] { secrets.set(Secret::DoApiToken, SecretBytes("new")); }).code(),
             QByteArray("write_failed"));
    QCOMPARE(bytes(secrets.value(Secret::AdminToken)), QByteArray("old"));

    QVERIFY(QDir(m_dir->path()).rmdir(QStringLiteral("secrets.ini.new")));
    secrets.set(Secret::LnbitsApiKey, SecretBytes("other"));
    QCOMPARE(bytes(open().value(Secret::AdminToken)), QByteArray("old"));
    QVERIFY(open().isMissing(Secret::DoApiToken));
}

void TestSecrets::damagedIniFileShowsNothing()
{
    write("secrets.ini", "ADMIN_TOKEN=a\nhunter2 hunter2\n");
    const ServiceError e = errorOf([&] { open(); });
    QCOMPARE(e.code(), QByteArray("invalid_file"));
    QVERIFY(e.message().contains(QStringLiteral("secrets.ini, line 2")));
    QVERIFY(!e.message().contains(QStringLiteral("hunter2")));
}

void TestSecrets::storeOfADataFolderWithoutBus()
{
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_dir->path()));
    QVERIFY(!openKeychain(QStringLiteral("timmy-tower-test")));
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + QFile::encodeName(file("no-bus")));
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!openKeychain(QStringLiteral("timmy-tower-test")));
    QVERIFY2(timer.elapsed() < 6000, "an unreachable bus must be given up within the job's limit");
    QCOMPARE(openSecretStore(QStringLiteral("timmy-tower-test"), m_dir->path())->source(),
             SecretSource::SecretsIni);
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
}

void TestSecrets::bytesAreWiped()
{
    QByteArray original("wipe me, wipe me, wipe me");
    SecretBytes secret(original);
    QCOMPARE(original, QByteArray("wipe me, wipe me, wipe me"));
    SecretBytes moved(std::move(secret));
    QVERIFY(secret.isEmpty()); // NOLINT(bugprone-use-after-move): that it is empty is the point
    SecretBytes copy = moved.clone();
    moved.wipe();
    QVERIFY(moved.isEmpty());
    QCOMPARE(bytes(copy), original);
    QCOMPARE(original, QByteArray("wipe me, wipe me, wipe me"));
}

void TestSecrets::comparesWhole()
{
    const SecretBytes secret("abcdef");
    QVERIFY(secret.equals("abcdef"));
    QVERIFY(!secret.equals("abcdeg"));
    QVERIFY(!secret.equals("abcde"));
    QVERIFY(!secret.equals("abcdefg"));
    QVERIFY(!secret.equals(""));
    QVERIFY(!SecretBytes().equals(""));
}

void TestSecrets::randomnessDiffers()
{
    QSet<QByteArray> seen;
    for (int i = 0; i < 100; ++i)
        seen.insert(bytes(randomSecretHex()));
    QCOMPARE(seen.size(), 100);
}

void TestSecrets::environmentIsWiped()
{
    qputenv("ADMIN_TOKEN", "hunter2hunter2");
    const char *value = std::getenv("ADMIN_TOKEN");
    QVERIFY(value);
    wipeSecretsFromEnvironment();
    QCOMPARE(qstrlen(value), size_t{0}); // overwritten in place, where /proc/self/environ may show it
    QVERIFY(!qEnvironmentVariableIsSet("ADMIN_TOKEN"));
}

QTEST_GUILESS_MAIN(TestSecrets)
#include "tst_Secrets.moc"
