// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The private key of a node is handed over once, and is nowhere in clear.
#include "core/nodes/SealedKey.h"
#include "core/store/Fingerprints.h"
#include "tests/nodes/NodeTestHouse.h"
#include "tests/payments/Race.h"

#include <QSqlQuery>
#include <QSqlRecord>

using namespace tower;
using namespace tower::test;

namespace {

/// What looks like a private key: the same in every run.
QByteArray pem()
{
    QByteArray body;
    for (int line = 0; line < 50; ++line)
        body +=
            QByteArray(47, static_cast<char>('A' + line)).append(static_cast<char>(line)).toBase64() + '\n';
    return "-----BEGIN RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----\n";
}

const QString concurrent = QStringLiteral("on a concurrent request");
const QString onFirst = QStringLiteral("on first retrieval");

QStringList tablesOf(TestDatabase &database)
{
    QStringList tables;
    QSqlQuery query(database->connection());
    query.exec(database.isPostgres()
                   ? QStringLiteral("SELECT table_name FROM information_schema.tables WHERE table_schema = "
                                    "'public' AND table_type = 'BASE TABLE'")
                   : QStringLiteral("SELECT name FROM sqlite_master WHERE type = 'table'"));
    while (query.next())
        tables << query.value(0).toString();
    return tables;
}

/// Every column of every row of every table, as text.
QByteArray dump(TestDatabase &database)
{
    QByteArray out;
    for (const QString &table : tablesOf(database)) {
        QSqlQuery query(database->connection());
        query.exec(QStringLiteral("SELECT * FROM \"%1\"").arg(table));
        while (query.next()) {
            for (int column = 0; column < query.record().count(); ++column)
                out += query.value(column).toByteArray() + '\n';
        }
    }
    return out;
}

struct Read
{
    int keys = 0;
    QStringList notes;
};

} // namespace

class TestKeyDelivery : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void firstReadsAtATime_data()
    {
        QTest::addColumn<QString>("redeliverySecs");
        QTest::newRow("kept for a while") << QStringLiteral("600");
        QTest::newRow("erased at once") << QStringLiteral("0");
    }
    void firstReadsAtATime()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, redeliverySecs);
        NodeTestHouse house(engine, {{QStringLiteral("NODE_KEY_REDELIVERY_SECS"), redeliverySecs}});
        const QString id = house->readyNode(pem());
        // All have read the node before any of them asks for the key.
        const std::vector<BootstrapJob> readers(100, house->poll(id));
        Read read;
        for (const BootstrapJob &job : readers)
            take(read, house->nodes.deliverKey(job));
        QCOMPARE(read.keys, 1);
        QCOMPARE(read.notes.size(), 99);
        QCOMPARE(read.notes.filter(concurrent).size(), 99);

        const BootstrapJob later = house->poll(id);
        QVERIFY(later.keyDeliveredAt.has_value());
        QCOMPARE(later.keyKept, redeliverySecs != u"0");
        Read again;
        take(again, house->nodes.deliverKey(later));
        QCOMPARE(again.keys, 0);
        QVERIFY(again.notes.at(0).contains(onFirst));
        QCOMPARE(house->actions(id).filter(QStringLiteral("node.key_delivered")).size(), 1);
    }
    void polledAtATime()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->readyNode(pem());
        std::vector<std::shared_ptr<Awaited<int>>> reads;
        for (int i = 0; i < 100; ++i)
            reads.push_back(begun(reading(*house, id)));
        int keys = 0;
        for (const auto &read : reads) {
            QTRY_VERIFY(read->isDone());
            keys += read->value.value();
        }
        QCOMPARE(keys, 1);
    }
    void programsReadAtATime()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->readyNode(pem());
        const int keys = race(house.database, [&](Database &database, const auto &meet) {
            NodeProgram program(database, house.settings, house.secrets, house.world,
                                QStringLiteral("another"));
            const BootstrapJob job = program.job(id);
            meet();
            return program.nodes.deliverKey(job).privateKey.has_value();
        });
        QCOMPARE(keys, 1);
    }
    /// The race is one: who reads and then writes hands it over several times.
    void readThenWriteWouldDeliverTwice()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->readyNode(pem());
        const int keys = race(house.database, [&](Database &database, const auto &meet) {
            BootstrapStore store(database, QStringLiteral("another"));
            const bool undelivered = !store.find(id)->keyDeliveredAt;
            const SecretBytes key =
                unsealKey(house.secrets.value(Secret::DataKey), store.sealedKey(id).value(), id);
            meet();
            if (undelivered)
                database.execute("UPDATE bootstrap_jobs SET ssh_key_delivered = 1 WHERE id = ?", {id});
            return undelivered && key.view() == pem();
        });
        QVERIFY(keys > 1);
    }

    void whoHasNone()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString waiting = house->order().job.id;
        QVERIFY(!house->nodes.deliverKey(house->job(waiting)).privateKey);

        const QString own = house->paidOrder({}, customersKey());
        QVERIFY(house->steps.ready(house->claim()));
        Read read;
        take(read, house->nodes.deliverKey(house->job(own)));
        QCOMPARE(read.notes, QStringList{QStringLiteral("The node opens to the SSH key that you gave.")});

        const QString failed = house->paidOrder();
        const NodeRun run = house->claim();
        QVERIFY(house->steps.keepKeyPair(run, "ssh-rsa AAAA", SecretBytes(pem())));
        QVERIFY(house->steps.fail(run, QStringLiteral("no")));
        QVERIFY(!house->nodes.deliverKey(house->job(failed)).privateKey);

        const QString destroyed = house->readyNode(pem());
        const BootstrapJob before = house->job(destroyed);
        house->nodes.destroy(destroyed, QStringLiteral("admin:console"), {});
        QVERIFY(!house->nodes.deliverKey(house->job(destroyed)).privateKey);
        QVERIFY(!house->nodes.deliverKey(before).privateKey);
    }

    void onceMore()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QByteArray token;
        const QString id = readyWithToken(house, token);
        const QString right = QString::fromLatin1(token);
        QCOMPARE(refusal(house, id, right), QByteArray("not_delivered_yet"));
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        QString wrong = right;
        wrong[63] = wrong[63] == u'0' ? u'1' : u'0';
        for (const QString &bad : {wrong, QString(), right + u'0', right.toUpper() + u' ',
                                   QString::fromUtf8(house->store.deliveryTokenHash(id).value())})
            QCOMPARE(refusal(house, id, bad), QByteArray("wrong_delivery_token"));
        QVERIFY(house->job(id).keyKept);
        house.clock.advance(seconds(599));
        QVERIFY(house->nodes.redeliver(id, right).view() == pem());
        QVERIFY(!house->job(id).keyKept);
        QCOMPARE(refusal(house, id, right), QByteArray("key_gone"));
        QCOMPARE(house->actions(id),
                 (QStringList{QStringLiteral("node.ready auto"), QStringLiteral("node.key_delivered auto"),
                              QStringLiteral("node.key_redelivered auto")}));
    }
    void programsAskOnceMoreAtATime()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QByteArray token;
        const QString id = readyWithToken(house, token);
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        const int keys = race(house.database, [&](Database &database, const auto &meet) {
            NodeProgram program(database, house.settings, house.secrets, house.world,
                                QStringLiteral("another"));
            meet();
            return refusalBy(program, id, QString::fromLatin1(token)).isEmpty();
        });
        QCOMPARE(keys, 1);
    }
    void notAfterItsTime()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QByteArray token;
        const QString id = readyWithToken(house, token);
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        house.clock.advance(seconds(600));
        QCOMPARE(refusal(house, id, QString::fromLatin1(token)), QByteArray("key_gone"));
    }
    void notWhenErasedAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine, {{QStringLiteral("NODE_KEY_REDELIVERY_SECS"), QStringLiteral("0")}});
        QByteArray token;
        const QString id = readyWithToken(house, token);
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        QVERIFY(!house->store.sealedKey(id));
        QCOMPARE(refusal(house, id, QString::fromLatin1(token)), QByteArray("key_gone"));
    }
    void notWhenDestroyed()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QByteArray token;
        const QString id = readyWithToken(house, token);
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        house->nodes.destroy(id, QStringLiteral("admin:console"), {});
        QCOMPARE(refusal(house, id, QString::fromLatin1(token)), QByteArray("key_gone"));
    }
    void anOwnKeyIsNotHere()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const Bootstrap::Created created = house->order({}, customersKey());
        QCOMPARE(refusal(house, created.job.id, QString::fromLatin1(created.deliveryToken)),
                 QByteArray("own_key"));
    }
    void goneIsGone()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine, {{QStringLiteral("NODE_KEY_REDELIVERY_SECS"), QStringLiteral("0")}});
        QByteArray token;
        const QString id = readyWithToken(house, token);
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        try {
            (void)house->nodes.redeliver(id, QString::fromLatin1(token));
            QFAIL("it was there");
        } catch (const ServiceError &error) {
            QCOMPARE(error.kind(), ErrorKind::Gone);
            QVERIFY(!error.message().contains(QString::fromLatin1(token)));
        }
    }

    void anUnreadableKeyIsNotDelivered()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QByteArray token;
        const QString id = readyWithToken(house, token);
        const Secrets others(NodeTestHouse::environment('e'),
                             [&] { return openSecretsFile(house.database.dir()); });
        {
            NodeProgram program(*house.database, house.settings, others, house.world,
                                QStringLiteral("this-program"));
            const Bootstrap::KeyDelivery none = program.nodes.deliverKey(program.job(id));
            QVERIFY(!none.privateKey && none.note.contains(u"was not delivered"));
        }
        QVERIFY(!house->job(id).keyDeliveredAt);
        house.restart();
        const Bootstrap::KeyDelivery delivery = house->nodes.deliverKey(house->job(id));
        QVERIFY(delivery.privateKey && delivery.privateKey->view() == pem());
        // Nor is one that is to be handed over once more erased by somebody who can't read it.
        {
            NodeProgram program(*house.database, house.settings, others, house.world,
                                QStringLiteral("this-program"));
            QCOMPARE(refusalBy(program, id, QString::fromLatin1(token)), QByteArray("key_unreadable"));
        }
        house.restart();
        QCOMPARE(refusal(house, id, QString::fromLatin1(token)), QByteArray());
    }
    void theDataKeyIsRemembered()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        Fingerprints fingerprints(*house.database);
        const QString name = QStringLiteral("TOWER_DATA_KEY");
        (void)house->paidOrder({}, customersKey());
        QVERIFY(house->steps.ready(house->claim()));
        QVERIFY(!fingerprints.isKnown(name));
        QVERIFY(!house->readyNode(pem()).isEmpty());
        QCOMPARE(fingerprints.check(name, house.secrets.fingerprint(Secret::DataKey)),
                 Fingerprints::Match::Same);
    }

    void theDatabaseHoldsNoKey()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QByteArray token;
        const QString id = readyWithToken(house, token);
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        verifyNothingIn(dump(house.database), token);
        QVERIFY(house->nodes.redeliver(id, QString::fromLatin1(token)).view() == pem());
        verifyNothingIn(dump(house.database), token);
        // What is looked for would be found.
        house.database->execute("UPDATE bootstrap_jobs SET error_message = ? WHERE id = ?", {pem(), id});
        QVERIFY(dump(house.database).contains("BEGIN RSA PRIVATE KEY"));
    }

private:
    static void take(Read &read, const Bootstrap::KeyDelivery &delivery)
    {
        if (delivery.privateKey) {
            ++read.keys;
            QVERIFY(delivery.privateKey->view() == pem());
        } else {
            read.notes << delivery.note;
        }
    }
    static QCoro::Task<int> reading(NodeProgram &program, QString id)
    {
        QCoro::Task<BootstrapJob> polling = program.nodes.poll(id);
        const BootstrapJob job = co_await polling;
        co_return program.nodes.deliverKey(job).privateKey ? 1 : 0;
    }
    static QString readyWithToken(NodeTestHouse &house, QByteArray &token)
    {
        const Bootstrap::Created created = house->order();
        token = created.deliveryToken;
        house->book(created.job.paymentHash, toMsat(created.job.amount));
        const NodeRun run = house->claim();
        const bool isReady = house->steps.keepKeyPair(run, "ssh-rsa AAAA", SecretBytes(pem())) &&
                             house->steps.addressed(run, QStringLiteral("192.0.2.7")) &&
                             house->steps.ready(run);
        return isReady ? created.job.id : QString();
    }
    static QByteArray refusalBy(NodeProgram &program, const QString &id, const QString &token)
    {
        return errorCodeOf([&] { (void)program.nodes.redeliver(id, token); });
    }
    static QByteArray refusal(NodeTestHouse &house, const QString &id, const QString &token)
    {
        return refusalBy(*house, id, token);
    }
    static void verifyNothingIn(const QByteArray &text, const QByteArray &token)
    {
        QVERIFY(text.contains("ssh-rsa AAAA"));
        QVERIFY(!text.contains("PRIVATE KEY"));
        QVERIFY(!text.contains(token));
        QVERIFY(!text.contains(QByteArray(64, 'd'))); // the data key
        for (const QByteArray &line : pem().split('\n')) {
            QVERIFY(line.isEmpty() || !text.contains(line));
            QVERIFY(line.size() < 64 || !text.contains(QByteArray::fromBase64(line).toHex()));
        }
    }
};

QTEST_GUILESS_MAIN(TestKeyDelivery)
#include "tst_KeyDelivery.moc"
