// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "core/relay/KeyImport.h"
#include "tests/relay/RelayHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

QByteArray hex(int n)
{
    return keyOf(n).hex();
}
QByteArray npub(int n)
{
    return toNpub(keyOf(n));
}

} // namespace

class TestKeyImport : public QObject
{
    Q_OBJECT

private slots:
    void formats_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QList<int>>("people");
        QTest::addColumn<int>("problems");
        const auto row = [](const char *name, const QByteArray &content, const QList<int> &people,
                            int problems = 0) { QTest::newRow(name) << content << people << problems; };
        row("nostr.json", R"({"names": {"a": ")" + hex(1) + R"(", "b": ")" + hex(2) + R"("}, "relays": {}})",
            {1, 2});
        row("nostr.json with a bad key", R"({"names": {"a": "x", "b": ")" + hex(2) + R"("}})", {2}, 1);
        row("nostr.json with a number", R"({"names": {"a": 5}})", {}, 1);
        row("other JSON", R"({"keys": []})", {}, 1);
        row("npubs", npub(1) + '\n' + npub(2) + '\n', {1, 2});
        row("hex, blank lines, comments, CRLF", "# members\r\n" + hex(1) + "\r\n\r\n  " + hex(2) + "  \r\n",
            {1, 2});
        row("upper case hex", hex(1).toUpper(), {1});
        row("nostr: links", "nostr:" + npub(1), {1});
        row("each once", npub(1) + '\n' + hex(1) + '\n' + npub(1), {1});
        row("a bad checksum", npub(1).chopped(1) + (npub(1).endsWith('q') ? 'p' : 'q') + '\n' + npub(2), {2},
            1);
        row("an nsec by mistake", bech32Encode("nsec", QByteArray(32, 'k')) + '\n' + npub(2), {2}, 1);
        row("CSV, pubkey column", "name,pubkey,since\nann," + hex(1) + ",2020\nbob," + hex(2) + ",2021",
            {1, 2});
        row("CSV, npub column, quotes", "\"Name\";\"npub\"\n\"a;\"\"b\";\"" + npub(1) + "\"", {1});
        row("CSV without a header", "ann," + npub(1) + "\nbob," + npub(2), {1, 2});
        row("CSV, short line", "name,pubkey\nann\nbob," + hex(2), {2}, 1);
        row("tabs", "ann\t" + npub(1), {1});
        row("nothing", "", {});
        row("words", "hello\nworld", {}, 2);
        row("binary", QByteArray("\0\xff\xfe\n\x80", 5), {}, 2);
    }
    void formats()
    {
        QFETCH(QByteArray, content);
        QFETCH(QList<int>, people);
        const KeyImport read = readKeyList(content);
        std::vector<PubKey> expected;
        for (const int n : people)
            expected.push_back(keyOf(n));
        QCOMPARE(read.keys, expected);
        QTEST(static_cast<int>(read.problems.size()), "problems");
    }

    void problemsNameTheLineAndNeverASecret()
    {
        const QByteArray nsec = bech32Encode("nsec", QByteArray(32, 'k'));
        const KeyImport read = readKeyList(npub(1) + "\nnonsense\n" + nsec);
        QCOMPARE(read.problems.size(), 2);
        QVERIFY(read.problems[0].startsWith(QStringLiteral("Line 2: ")));
        QVERIFY(read.problems[1].startsWith(QStringLiteral("Line 3: ")));
        QVERIFY(!read.problems.join(u' ').contains(QString::fromLatin1(nsec)));
    }

    void bounded()
    {
        QByteArray content;
        PubKey key;
        for (int i = 0; i < 10'005; ++i) {
            key.data()[0] = static_cast<std::uint8_t>(i >> 8);
            key.data()[1] = static_cast<std::uint8_t>(i);
            content += key.hex() + '\n';
        }
        const KeyImport read = readKeyList(content);
        QVERIFY(read.keys.size() <= 10'000);
        QVERIFY(!read.problems.isEmpty());
        QVERIFY(readKeyList(QByteArray("x\n").repeated(5'000)).problems.size() <= 100);
    }
};

QTEST_GUILESS_MAIN(TestKeyImport)
#include "tst_KeyImport.moc"
