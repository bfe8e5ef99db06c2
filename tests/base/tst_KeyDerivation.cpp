// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/KeyDerivation.h"

#include <QTest>

using namespace tower;

class TestKeyDerivation : public QObject
{
    Q_OBJECT

private slots:
    /// RFC 5869, test case 3: no salt, no info, the first 32 bytes.
    void theRfcsVector()
    {
        const SecretBytes key = deriveKey(SecretBytes(QByteArray(22, '\x0b')), "");
        QCOMPARE(key.view().toByteArray().toHex(),
                 QByteArray("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
    }

    void eachUseHasItsOwnKey()
    {
        const SecretBytes secret(QByteArray("a secret of some length"));
        const QByteArray one = deriveKey(secret, "one").view().toByteArray();
        QCOMPARE(deriveKey(secret, "one").view().toByteArray(), one);
        QVERIFY(deriveKey(secret, "two").view().toByteArray() != one);
        QVERIFY(deriveKey(SecretBytes(QByteArray("another")), "one").view().toByteArray() != one);
    }

    void nothingComesOfNoSecret() { QVERIFY_EXCEPTION_THROWN(deriveKey(SecretBytes(), "one"), ServiceError); }
};

QTEST_GUILESS_MAIN(TestKeyDerivation)
#include "tst_KeyDerivation.moc"
