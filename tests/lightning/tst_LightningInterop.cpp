// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/JsonNumber.h"
#include "core/lightning/Macaroon.h"
#include "tests/lightning/LightningSamples.h"

#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

using namespace tower;

namespace {

const QString folder = QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node");

/// Runs tests/peers/node/lightning.mjs to its end; returns its lines, none when it failed.
QList<QJsonObject> node(const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QStringLiteral("node"), QStringList{QStringLiteral("lightning.mjs")} + arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(280'000) || process.exitCode() != 0)
        return {};
    QList<QJsonObject> out;
    for (const QByteArray &line : process.readAllStandardOutput().split('\n')) {
        if (!line.isEmpty())
            out.append(QJsonDocument::fromJson(line).object());
    }
    return out;
}

QByteArray text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString().toUtf8();
}

std::array<std::uint8_t, 32> hashFrom(int seed)
{
    return sha256(QByteArray::number(seed));
}

/// Invoices that differ in everything that an issuer may say.
Bolt11Draft draft(int i)
{
    Bolt11Draft out;
    out.network = static_cast<LightningNetwork>(i % 4);
    out.createdAt = seconds(1'600'000'000 + i * 86'399);
    std::int64_t msat = i;
    for (int power = 0; power < i % 12; ++power)
        msat *= 10;
    out.amount = Msat(msat);
    if (i % 3 != 0)
        out.expiry = seconds(1 + i * i * i);
    out.paymentHash = PaymentHash(hashFrom(i));
    out.paymentSecret = hashFrom(-i - 1);
    if (i % 2 == 0)
        out.description = QString(i * 5, QChar('x')) + QStringLiteral(" ナンセンス 😀 \"q\" \\ ");
    else
        out.descriptionHash = hashFrom(1'000 + i);
    return out;
}

QJsonValue orNull(const QString &value, bool isThere)
{
    return isThere ? QJsonValue(value) : QJsonValue();
}

/// What both packages must have read in an invoice of this draft, under bolt11's names.
QJsonObject expected(const Bolt11Draft &draft)
{
    const bool isHashed = draft.descriptionHash.has_value();
    const auto hex = [](const std::array<std::uint8_t, 32> &bytes) { return PaymentHash(bytes).text(); };
    return {
        {"msat", orNull(QString::number(draft.amount.value()), draft.amount > Msat(0))},
        {"timestamp", jsonNumber(draft.createdAt.value() / 1'000)},
        {"hash", draft.paymentHash.text()},
        {"secret", hex(draft.paymentSecret)},
        {"description", orNull(draft.description, !isHashed)},
        {"descriptionHash", orNull(isHashed ? hex(*draft.descriptionHash) : QString(), isHashed)},
        {"expiry", draft.expiry == seconds(3'600) ? QJsonValue() : jsonNumber(draft.expiry.value() / 1'000)},
    };
}

} // namespace

/// Our invoices and macaroons beside those of independent implementations.
class TestLightningInterop : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void theyReadOurInvoices();
    void weReadTheirInvoices();
    void theyReadOurMacaroons();
    void weReadTheirMacaroons();
};

void TestLightningInterop::initTestCase()
{
    const bool there = !QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty() &&
                       QDir(folder + QStringLiteral("/node_modules/bolt11")).exists() &&
                       QDir(folder + QStringLiteral("/node_modules/macaroon")).exists();
    if (there)
        return;
    if (qEnvironmentVariable("TOWER_REQUIRE_NODE") == QLatin1String("1"))
        QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
    QSKIP("not run: needs node, and npm ci in tests/peers/node");
}

void TestLightningInterop::theyReadOurInvoices()
{
    constexpr int count = 100;
    QByteArray input;
    for (int i = 0; i < count; ++i)
        input += encodeBolt11(draft(i), samples::nodeKey()).toLatin1() + '\n';
    const QList<QJsonObject> answers = node({QStringLiteral("read-invoices")}, input);
    QCOMPARE(answers.size(), count);
    for (int i = 0; i < count; ++i) {
        QJsonObject theirs = answers[i];
        QJsonObject light = theirs.take(QStringLiteral("light")).toObject();
        QCOMPARE(theirs.take(QStringLiteral("payee")).toString(), QLatin1String(samples::nodeId));
        QCOMPARE(theirs, expected(draft(i)));
        const QJsonArray features{"required", "required"};
        QCOMPARE(light.take(QStringLiteral("features")).toArray(), features);
        QCOMPARE(light, expected(draft(i)));
    }
}

void TestLightningInterop::weReadTheirInvoices()
{
    const QList<QJsonObject> lines = node({QStringLiteral("write-invoices"), QStringLiteral("100")});
    QCOMPARE(lines.size(), 100);
    for (const QJsonObject &line : lines) {
        const Bolt11 invoice = decodeBolt11(line.value(QStringLiteral("invoice")).toString());
        const auto number = [&line](const char *name, int absent) {
            return line.value(QLatin1String(name)).toInteger(absent);
        };
        QCOMPARE(prefixOf(invoice.network), line.value(QStringLiteral("prefix")).toString());
        const std::int64_t msat = text(line, "msat").toLongLong();
        QCOMPARE(invoice.amount, msat ? std::optional(Msat(msat)) : std::nullopt);
        QCOMPARE(invoice.createdAt, seconds(number("timestamp", 0)));
        QCOMPARE(invoice.expiry, seconds(number("expiry", 3'600)));
        QCOMPARE(invoice.minFinalCltvDelta, number("cltv", 18));
        QCOMPARE(invoice.paymentHash.hex(), text(line, "hash"));
        QCOMPARE(PaymentHash(invoice.paymentSecret).hex(), text(line, "secret"));
        QCOMPARE(invoice.payee.toHex(), text(line, "payee"));
        QCOMPARE(invoice.description.toUtf8(), text(line, "description"));
        QCOMPARE(invoice.descriptionHash ? PaymentHash(*invoice.descriptionHash).hex() : QByteArray(""),
                 text(line, "descriptionHash"));
    }
}

void TestLightningInterop::theyReadOurMacaroons()
{
    constexpr int count = 40;
    QByteArray input;
    std::vector<std::pair<Macaroon, bool>> made;
    for (int i = 0; i < count; ++i) {
        const QByteArray key = QByteArray(i, 'k');
        Macaroon macaroon = Macaroon::mint(key, QByteArray(1 + i * 20, 'i'), QByteArray(i % 5, 'l'));
        for (int caveat = 0; caveat < i % 7; ++caveat)
            macaroon.add("caveat " + QByteArray::number(caveat).repeated(i));
        const bool valid = i % 4 != 3;
        const QByteArray shown = valid ? key : key + 'x';
        input += QJsonDocument(QJsonObject{{"key", QString::fromLatin1(shown.toHex())},
                                           {"macaroon", QString::fromLatin1(macaroon.encode())}})
                     .toJson(QJsonDocument::Compact) +
                 '\n';
        made.emplace_back(macaroon, valid);
    }
    const QList<QJsonObject> answers = node({QStringLiteral("read-macaroons")}, input);
    QCOMPARE(answers.size(), count);
    for (qsizetype i = 0; i < count; ++i) {
        const auto &[macaroon, valid] = made[static_cast<std::size_t>(i)];
        QCOMPARE(answers[i].value(QStringLiteral("valid")).toBool(), valid);
        QCOMPARE(text(answers[i], "identifier"), macaroon.identifier().toHex());
        QCOMPARE(text(answers[i], "location"), macaroon.location());
        if (!valid)
            continue; // the package shows no caveats then
        QJsonArray caveats;
        for (const QByteArray &caveat : macaroon.caveats())
            caveats.append(QString::fromUtf8(caveat));
        QCOMPARE(answers[i].value(QStringLiteral("caveats")).toArray(), caveats);
    }
}

void TestLightningInterop::weReadTheirMacaroons()
{
    const QList<QJsonObject> lines = node({QStringLiteral("write-macaroons"), QStringLiteral("40")});
    QCOMPARE(lines.size(), 40);
    for (const QJsonObject &line : lines) {
        const QByteArray key = QByteArray::fromHex(text(line, "key"));
        const auto read = Macaroon::decode(text(line, "macaroon"));
        QVERIFY(read);
        QVERIFY(read->isSignedBy(key));
        QVERIFY(!read->isSignedBy(key + 'x'));
        QCOMPARE(read->identifier(), text(line, "identifier"));
        QCOMPARE(read->location(), text(line, "location"));
        Macaroon ours = Macaroon::mint(key, read->identifier(), read->location());
        const QJsonArray caveats = line.value(QStringLiteral("caveats")).toArray();
        QCOMPARE(static_cast<qsizetype>(read->caveats().size()), caveats.size());
        for (const auto &caveat : caveats)
            ours.add(caveat.toString().toUtf8());
        QCOMPARE(ours.encode(), text(line, "macaroon"));
    }
}

QTEST_GUILESS_MAIN(TestLightningInterop)
#include "tst_LightningInterop.moc"
