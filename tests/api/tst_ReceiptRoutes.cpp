// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "tests/api/ApiFixture.h"
#include "tests/receipts/ReceiptSamples.h"

#include <QJsonArray>
#include <QTest>

using namespace tower;
using test::keyNumber;
using test::npubNumber;

namespace {

const QByteArray receiptsPath = "/api/receipts";
const QByteArray providersPath = "/api/providers";
const Settings::Values onLoopback{{QStringLiteral("LNURL_ALLOW_PRIVATE"), QStringLiteral("1")}};

/// Signed by consumer and provider of these numbers, ended just now.
Receipt receiptNow(const ApiFixture &api, const test::TestMint &mint, const QString &lease, quint32 seed,
                   quint32 consumer = 1, quint32 provider = 2)
{
    Receipt out = test::receiptOf(lease, seed, mint.url());
    out.completedAt = api.clock.now().value() / 1'000;
    return test::signedBy(out, keyNumber(consumer), keyNumber(provider));
}

Answer hand(ApiFixture &api, const Receipt &receipt)
{
    return api.say(receiptsPath, receipt.toJson());
}

} // namespace

/// Receipts come in, and providers are listed: by anybody, without a token.
class TestReceiptRoutes : public QObject
{
    Q_OBJECT

private slots:
    void handsIn_data() { TestDatabase::engineRows(); }
    void handsIn()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, onLoopback);
        test::TestMint mint;
        const Receipt receipt = receiptNow(api, mint, "lease-1", 1);
        const Answer first = hand(api, receipt);
        QCOMPARE(first.status, 201);
        QJsonObject expected = receipt.toJson();
        expected.insert("digest", QString::fromLatin1(test::hexOf(receipt.digest())));
        QCOMPARE(first.json(), expected);
        const Answer again = hand(api, receipt);
        QCOMPARE(again.status, 200);
        QCOMPARE(again.json(), expected);
        QCOMPARE(hand(api, receiptNow(api, mint, "lease-1", 2)).brief(), QByteArray("409 lease_taken"));
        QCOMPARE(hand(api, receiptNow(api, mint, "lease-2", 1)).brief(),
                 QByteArray("400 payment_proof_used payment_proof.swap_response_signature"));
        QCOMPARE(api.get("/api/admin/events?purpose=receipt").items().size(), 1);
    }

    void saysWhatIsWrong()
    {
        ApiFixture api(QStringLiteral("sqlite"), onLoopback);
        test::TestMint mint;
        const QByteArray before = api.state();
        const QJsonObject good = receiptNow(api, mint, "lease-1", 1).toJson();
        const auto with = [&](const char *name, const QJsonValue &value) {
            QJsonObject json = good;
            json.insert(QLatin1String(name), value);
            return api.say(receiptsPath, json).brief();
        };
        QCOMPARE(with("provider_co_signature", QJsonValue::Null),
                 QByteArray("400 not_well_formed provider_co_signature"));
        QCOMPARE(with("success_flag", 1.5), QByteArray("400 not_well_formed success_flag"));
        QCOMPARE(with("duration_paid", 3'601), QByteArray("400 bad_signature consumer_signature"));
        QCOMPARE(with("provider_co_signature", good.value("consumer_signature")),
                 QByteArray("400 bad_signature provider_co_signature"));
        QCOMPARE(with("provider_npub", "npub1"), QByteArray("400 bad_signature consumer_signature"));
        QCOMPARE(api.ask({.method = "POST", .target = receiptsPath, .body = "[]"}).brief(),
                 QByteArray("400 invalid_request body"));
        QCOMPARE(mint.requests.size(), 0); // nobody asks a mint for what is not signed
        mint.keys = "{\"keysets\":[]}";
        QCOMPARE(api.say(receiptsPath, good).brief(),
                 QByteArray("400 bad_payment_proof payment_proof.swap_response_signature"));
        QCOMPARE(api.state(), before);
        QCOMPARE(api.ask({.target = providersPath}).items().size(), 0);
    }

    void privateMintsAreNotAsked()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        test::TestMint mint;
        QCOMPARE(hand(api, receiptNow(api, mint, "lease-1", 1)).brief(),
                 QByteArray("400 bad_mint_url payment_proof.mint_url"));
        QCOMPARE(mint.requests.size(), 0);
    }

    void paidHere_data() { TestDatabase::engineRows(); }
    void paidHere()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const QByteArray preimage(32, 'p');
        const PaymentHash hash(sha256(preimage));
        const auto receipt = [&] {
            Receipt out = test::receiptOf("lease-1", 0, QStringLiteral("lightning:"));
            out.paymentProof.swapResponseSignature = test::base64Url(
                {{"preimage", QString::fromLatin1(preimage.toHex())}, {"payment_hash", hash.text()}});
            return test::signedBy(out, keyNumber(1), keyNumber(2));
        };
        QCOMPARE(hand(api, receipt()).brief(),
                 QByteArray("400 bad_payment_proof payment_proof.swap_response_signature"));
        const Answer session = api.fundedSession(500);
        api.database->execute("UPDATE invoices SET payment_hash = ? WHERE session_id = ?",
                              {hash, session.text("sessionId")});
        QCOMPARE(hand(api, receipt()).status, 201);
    }

    void scores_data() { TestDatabase::engineRows(); }
    void scores()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, onLoopback);
        test::TestMint mint;
        // Consumer 1 is with 20 nine times and with 21 once; consumer 3 once with 21.
        for (quint32 i = 0; i < 9; ++i)
            QCOMPARE(hand(api, receiptNow(api, mint, QStringLiteral("a%1").arg(i), i, 1, 20)).status, 201);
        QCOMPARE(hand(api, receiptNow(api, mint, "b", 10, 1, 21)).status, 201);
        QCOMPARE(hand(api, receiptNow(api, mint, "c", 11, 3, 21)).status, 201);
        api.clock.advance(days(30));
        QCOMPARE(hand(api, receiptNow(api, mint, "d", 12, 4, 21)).status, 201);

        const Answer list = api.ask({.target = providersPath + "?sort=score"});
        QCOMPARE(list.items().size(), 2);
        const QJsonObject best = list.items()[0].toObject();
        QCOMPARE(best.value("npub").toString().toLatin1(), npubNumber(20));
        QCOMPARE(best.value("pubkey").toString(), keyNumber(20).pubKey().text());
        QCOMPARE(best.value("score").toDouble(), 2.0);
        QCOMPARE(best.value("receiptsCounted").toInt(), 9);
        QCOMPARE(best.value("deliveredHours").toDouble(), 9.0);
        QCOMPARE(best.value("successRate").toDouble(), 1.0);
        QCOMPARE(list.items()[1].toObject().value("score").toDouble(), 1.2);

        const Answer one = api.ask({.target = providersPath + '/' + npubNumber(21)});
        QCOMPARE(one.at("score").toDouble(), 1.2);
        QCOMPARE(one.at("receiptsCounted").toInt(), 2);
        QCOMPARE(one.at("receiptsDropped").toInt(), 1);
        QCOMPARE(one.at("consumers").toInt(), 2);
        QCOMPARE(one.at("dropReasons.young_consumer").toInt(), 1);
        const QJsonArray dropped = one.json().value("dropped").toArray();
        QCOMPARE(dropped.size(), 1);
        QCOMPARE(dropped[0].toObject().value("leaseId").toString(), QStringLiteral("d"));
        QCOMPARE(dropped[0].toObject().value("reason").toString(), QStringLiteral("young_consumer"));
        QCOMPARE(api.ask({.target = providersPath + '/' + keyNumber(21).pubKey().hex()}).json(), one.json());

        const Answer page = api.ask({.target = providersPath + "?limit=1"});
        QCOMPARE(page.items().size(), 1);
        const Answer next =
            api.ask({.target = providersPath + "?limit=1&cursor=" + page.text("nextCursor").toLatin1()});
        QCOMPARE(next.items()[0].toObject(), list.items()[1].toObject());
        QVERIFY(next.json().value("nextCursor").isNull());

        const QByteArray today = toIso(api.clock.now()).toLatin1();
        QCOMPARE(api.ask({.target = providersPath + "?since=" + today}).items().size(), 1);
        const QByteArray yesterday = toIso(api.clock.now() - days(1)).toLatin1();
        QCOMPARE(api.ask({.target = providersPath + '/' + npubNumber(21) + "?until=" + yesterday})
                     .at("receiptsDropped")
                     .toInt(),
                 0);
    }

    /// Answers are kept, but never beyond what they rest on.
    void listIsOfNow()
    {
        ApiFixture api(QStringLiteral("sqlite"), onLoopback);
        test::TestMint mint;
        const auto scores = [&] {
            QList<double> out;
            for (const QJsonValue item : api.ask({.target = providersPath}).items())
                out.append(item[u"score"].toDouble());
            return out;
        };
        QCOMPARE(scores(), QList<double>());
        QCOMPARE(hand(api, receiptNow(api, mint, "lease-1", 1)).status, 201);
        QCOMPARE(scores(), QList<double>{0.0});
        QCOMPARE(scores(), QList<double>{0.0});
        api.settings.setSaved(Setting::ReceiptMinConsumerDays, QStringLiteral("0"));
        QCOMPARE(scores(), QList<double>{0.2});
        api.settings.setSaved(Setting::ReceiptMaxShare, QStringLiteral("1"));
        QCOMPARE(scores(), QList<double>{1.0});
        api.settings.setSaved(Setting::ReceiptMinConsumerDays, QStringLiteral("30"));
        QCOMPARE(scores(), QList<double>{0.0});
        api.clock.advance(days(30));
        QCOMPARE(scores(), QList<double>{1.0});
        const QByteArray since = toIso(api.clock.now()).toLatin1();
        QCOMPARE(api.ask({.target = providersPath + "?since=" + since}).items().size(), 0);
        QCOMPARE(scores(), QList<double>{1.0});
        QCOMPARE(hand(api, receiptNow(api, mint, "lease-2", 2)).status, 201);
        QCOMPARE(scores(), QList<double>{2.0});
    }

    void refusesQuestions()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QCOMPARE(api.ask({.target = providersPath + "?sort=name"}).brief(),
                 QByteArray("400 invalid_request sort"));
        QCOMPARE(api.ask({.target = providersPath + "?since=yesterday"}).brief(),
                 QByteArray("400 invalid_request since"));
        QCOMPARE(api.ask({.target = providersPath + "?cursor=junk"}).status, 400);
        QCOMPARE(api.ask({.target = providersPath + "/nobody"}).status, 400);
        QCOMPARE(api.ask({.target = providersPath + '/' + npubNumber(5)}).brief(),
                 QByteArray("404 provider_not_found"));
    }

    void snapshotOfTheDay_data() { TestDatabase::engineRows(); }
    void snapshotOfTheDay()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, onLoopback);
        test::TestMint mint;
        const Answer empty = api.ask({.target = providersPath + "/snapshot"});
        QCOMPARE(empty.json().value("providers").toArray().size(), 0);
        QCOMPARE(hand(api, receiptNow(api, mint, "lease-1", 1)).status, 201);
        QCOMPARE(api.ask({.target = providersPath + "/snapshot"}).body, empty.body);
        api.clock.advance(days(1));
        const Answer next = api.ask({.target = providersPath + "/snapshot"});
        QJsonObject json = next.json();
        QCOMPARE(json.value("providers").toArray().size(), 1);
        QCOMPARE(canonicalJson(json), next.body);
        const QByteArray signature = QByteArray::fromHex(json.take("signature").toString().toLatin1());
        std::array<std::uint8_t, 64> raw{};
        QCOMPARE(signature.size(), 64);
        std::copy(signature.begin(), signature.end(), raw.begin());
        QVERIFY(verifySchnorr(api.timmy.pubKey(), sha256(canonicalJson(json)), raw));
    }
};

QTEST_GUILESS_MAIN(TestReceiptRoutes)
#include "tst_ReceiptRoutes.moc"
