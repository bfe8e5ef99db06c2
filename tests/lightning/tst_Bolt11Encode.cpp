// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lightning/LightningSamples.h"

#include <QJsonObject>
#include <QTest>

#include <rapidcheck.h>

using namespace tower;

namespace {

rc::Gen<std::array<std::uint8_t, 32>> anyHash()
{
    return rc::gen::container<std::array<std::uint8_t, 32>>(rc::gen::arbitrary<std::uint8_t>());
}

/// Drafts of all chains, sizes, spans and words.
Bolt11Draft anyDraft()
{
    using namespace rc;
    Bolt11Draft draft;
    draft.network = *gen::element(LightningNetwork::Bitcoin, LightningNetwork::Testnet,
                                  LightningNetwork::Signet, LightningNetwork::Regtest);
    const auto mantissa = *gen::inRange<std::int64_t>(0, 21'000'000);
    const auto unit =
        *gen::element<std::int64_t>(1, 10, 1'000, 100'000, 1'000'000, 100'000'000, 100'000'000'000);
    draft.amount = Msat(mantissa * unit);
    draft.createdAt = seconds(*gen::inRange<std::int64_t>(0, 1LL << 35));
    draft.expiry = seconds(*gen::oneOf(gen::just<std::int64_t>(3'600), gen::inRange<std::int64_t>(1, 100),
                                       gen::inRange<std::int64_t>(1, 1LL << 35)));
    draft.paymentHash = PaymentHash(*anyHash());
    draft.paymentSecret = *anyHash();
    draft.description =
        QString::fromStdU32String(*gen::container<std::u32string>(gen::element(U'a', U' ', U'\n', U'\0', U'é',
                                                                               U'\ufeff', U'杯', U'😀', U'"')))
            .left(150);
    if (*gen::arbitrary<bool>())
        draft.descriptionHash = *anyHash();
    return draft;
}

} // namespace

/// Invoices as we write them, and what becomes of them when somebody changes them.
class TestBolt11Encode : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { samples::fixSeed(); }
    void writesTheExamples();
    void writesAmountsInTheLargestUnit_data();
    void writesAmountsInTheLargestUnit();
    void refusesDrafts_data();
    void refusesDrafts();
    void readsWhatItWrote();
    void noCharacterCanBeChanged();
    void nothingCanBeChangedUnderTheSameKey();
    void anyGroupsAreReadOrRefused();
};

/// Signatures are deterministic (RFC 6979), so the examples come out to the letter.
void TestBolt11Encode::writesTheExamples()
{
    const QJsonArray all = samples::bolt11Vectors();
    if (all.isEmpty())
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    std::array<Bolt11Draft, 4> drafts;
    drafts.fill(samples::draft());
    drafts[0].description = QString::fromUtf8(samples::support);
    drafts[1].amount = drafts[2].amount = Msat(250'000'000);
    drafts[1].expiry = drafts[2].expiry = seconds(60);
    drafts[1].description = QStringLiteral("1 cup coffee");
    drafts[2].description = QStringLiteral("ナンセンス 1杯");
    drafts[3].amount = Msat(2'000'000'000);
    drafts[3].descriptionHash = samples::bytes32(samples::cakeHash);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const QJsonObject one = all[static_cast<qsizetype>(i)].toObject();
        QCOMPARE(encodeBolt11(drafts[i], samples::nodeKey()),
                 one.value(QStringLiteral("invoice")).toString());
    }
}

void TestBolt11Encode::writesAmountsInTheLargestUnit_data()
{
    QTest::addColumn<std::int64_t>("msat");
    QTest::addColumn<QString>("prefix");
    const auto row = [](std::int64_t msat, const char *prefix) {
        QTest::newRow(prefix) << msat << QString::fromLatin1(prefix);
    };
    row(0, "lntbs1");
    row(1, "lntbs10p1");
    row(101, "lntbs1010p1");
    row(1'000, "lntbs10n1");
    row(100'000, "lntbs1u1");
    row(2'500'000'000, "lntbs25m1");
    row(2'100'000'000'000'000'000, "lntbs210000001");
}

void TestBolt11Encode::writesAmountsInTheLargestUnit()
{
    QFETCH(std::int64_t, msat);
    QFETCH(QString, prefix);
    Bolt11Draft draft = samples::draft();
    draft.network = LightningNetwork::Signet;
    draft.amount = Msat(msat);
    const QString text = encodeBolt11(draft, samples::nodeKey());
    QVERIFY2(text.startsWith(prefix), qPrintable(text));
}

void TestBolt11Encode::refusesDrafts_data()
{
    QTest::addColumn<std::function<void(Bolt11Draft &)>>("spoil");
    using Spoil = std::function<void(Bolt11Draft &)>;
    QTest::newRow("negative amount") << Spoil([](Bolt11Draft &d) { d.amount = Msat(-1); });
    QTest::newRow("more than there can be")
        << Spoil([](Bolt11Draft &d) { d.amount = Msat(2'100'000'000'000'000'001); });
    QTest::newRow("before 1970") << Spoil([](Bolt11Draft &d) { d.createdAt = Millis(-1'000); });
    QTest::newRow("36 bits of seconds") << Spoil([](Bolt11Draft &d) { d.createdAt = seconds(1LL << 35); });
    QTest::newRow("expiry of no second") << Spoil([](Bolt11Draft &d) { d.expiry = Millis(999); });
    QTest::newRow("endless expiry") << Spoil([](Bolt11Draft &d) { d.expiry = seconds(1LL << 35); });
    QTest::newRow("640 bytes") << Spoil([](Bolt11Draft &d) { d.description = QString(640, 'x'); });
    QTest::newRow("320 letters in 640 bytes")
        << Spoil([](Bolt11Draft &d) { d.description = QString(320, QChar(0xe9)); });
}

void TestBolt11Encode::refusesDrafts()
{
    QFETCH(std::function<void(Bolt11Draft &)>, spoil);
    Bolt11Draft draft = samples::draft();
    draft.description = QString(639, 'x');
    QCOMPARE(decodeBolt11(encodeBolt11(draft, samples::nodeKey())).description, draft.description);
    spoil(draft);
    QVERIFY_EXCEPTION_THROWN(encodeBolt11(draft, samples::nodeKey()), ServiceError);
}

void TestBolt11Encode::readsWhatItWrote()
{
    QVERIFY(rc::check("what was written reads back, in either case", [] {
        const Bolt11Draft draft = anyDraft();
        const SecretKey key = samples::nodeKey();
        const QString text = encodeBolt11(draft, key);
        for (const QString &spelling : {text, text.toUpper()}) {
            const Bolt11 invoice = decodeBolt11(spelling);
            RC_ASSERT(invoice.network == draft.network);
            RC_ASSERT(invoice.amount ==
                      (draft.amount == Msat(0) ? std::nullopt : std::optional(draft.amount)));
            RC_ASSERT(invoice.createdAt == draft.createdAt);
            RC_ASSERT(invoice.expiry == draft.expiry);
            RC_ASSERT(invoice.paymentHash == draft.paymentHash);
            RC_ASSERT(invoice.paymentSecret == draft.paymentSecret);
            RC_ASSERT(invoice.descriptionHash == draft.descriptionHash);
            RC_ASSERT(invoice.description == (draft.descriptionHash ? QString() : draft.description));
            RC_ASSERT(invoice.payee.toHex() == QByteArray(samples::nodeId));
        }
    }));
}

void TestBolt11Encode::noCharacterCanBeChanged()
{
    QVERIFY(rc::check("an invoice with another character is refused", [] {
        QString text = encodeBolt11(anyDraft(), samples::nodeKey());
        const auto at = *rc::gen::inRange<qsizetype>(0, text.size());
        const QChar other(*rc::gen::inRange<char16_t>(0, 256));
        RC_PRE(other != text[at] && !(at == 0 && other.isSpace()));
        text[at] = other;
        RC_ASSERT(!samples::refusal(text).isEmpty());
    }));
}

void TestBolt11Encode::nothingCanBeChangedUnderTheSameKey()
{
    QVERIFY(rc::check("with a new checksum it is refused or another's", [] {
        QByteArray hrp;
        QByteArray groups;
        readBech32Groups(encodeBolt11(anyDraft(), samples::nodeKey()).toLatin1(), hrp, groups);
        const auto at = *rc::gen::inRange<qsizetype>(0, groups.size());
        const auto other = *rc::gen::inRange<char>(0, 32);
        RC_PRE(other != groups[at]);
        groups[at] = other;
        try {
            const Bolt11 invoice = decodeBolt11(QString::fromLatin1(writeBech32Groups(hrp, groups)));
            RC_ASSERT(invoice.payee.toHex() != QByteArray(samples::nodeId));
        } catch (const ServiceError &error) {
            RC_ASSERT(error.code() == QByteArray("invalid_invoice"));
        }
    }));
}

void TestBolt11Encode::anyGroupsAreReadOrRefused()
{
    QVERIFY(rc::check("rightly signed nonsense", [] {
        const auto values = *rc::gen::container<std::vector<char>>(rc::gen::inRange<char>(0, 32));
        const QByteArray fields(values.data(), static_cast<qsizetype>(values.size()));
        const QByteArray before =
            *rc::gen::arbitrary<bool>() ? samples::required() + samples::textField("x") : QByteArray();
        const QString why = samples::refusal(samples::invoice(before + fields));
        RC_ASSERT(!why.startsWith(QLatin1String("the wrong kind")));
    }));
}

QTEST_GUILESS_MAIN(TestBolt11Encode)
#include "tst_Bolt11Encode.moc"
