// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/SshKey.h"

#include "core/base/Error.h"

#include <QCryptographicHash>
#include <QStringList>
#include <QtEndian>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <optional>

namespace tower {
namespace {

constexpr int ourBits = 4096;
constexpr int leastBits = 2048;
constexpr int mostBits = 16384;
constexpr qsizetype longestLine = 8192;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

SecretBytes pemOf(const EVP_PKEY *key)
{
    const std::unique_ptr<OSSL_ENCODER_CTX, decltype(&OSSL_ENCODER_CTX_free)> encoder(
        OSSL_ENCODER_CTX_new_for_pkey(key, EVP_PKEY_KEYPAIR, "PEM", "type-specific", nullptr),
        &OSSL_ENCODER_CTX_free);
    unsigned char *data = nullptr;
    std::size_t size = 0;
    if (!encoder || OSSL_ENCODER_to_data(encoder.get(), &data, &size) != 1)
        throw internalError(QStringLiteral("The SSH key could not be written down."));
    SecretBytes pem(QByteArray(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)));
    OPENSSL_clear_free(data, size);
    return pem;
}

/// RFC 4251, section 5: a string is its length in four bytes, and its bytes.
QByteArray sshString(QByteArrayView bytes)
{
    QByteArray out(4, '\0');
    qToBigEndian(static_cast<quint32>(bytes.size()), out.data());
    return out.append(bytes.data(), bytes.size());
}

/// RFC 4251, section 5: a positive mpint has a zero in front when its highest bit is set.
QByteArray sshNumber(const EVP_PKEY *key, const char *name)
{
    BIGNUM *raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1)
        throw internalError(QStringLiteral("The SSH key could not be read."));
    const Number number(raw, &BN_free);
    QByteArray bytes(BN_num_bytes(raw), '\0');
    BN_bn2bin(raw, reinterpret_cast<unsigned char *>(bytes.data()));
    if (BN_num_bits(raw) % 8 == 0)
        bytes.prepend('\0');
    return sshString(bytes);
}

/// Takes the next string off the front; nullopt when it is cut off.
std::optional<QByteArrayView> takeString(QByteArrayView &blob)
{
    if (blob.size() < 4)
        return std::nullopt;
    const auto size = static_cast<qsizetype>(qFromBigEndian<quint32>(blob.data()));
    if (size > blob.size() - 4)
        return std::nullopt;
    const QByteArrayView string = blob.sliced(4, size);
    blob = blob.sliced(4 + size);
    return string;
}

/// The bits of a positive mpint; 0 for anything else, and for one with needless zeros in front.
int takeNumber(QByteArrayView &blob, bool &isOdd)
{
    const auto bytes = takeString(blob);
    if (!bytes || bytes->isEmpty() || bytes->size() > mostBits / 8 + 1)
        return 0;
    const auto first = static_cast<unsigned char>(bytes->front());
    const bool nextIsHigh = bytes->size() > 1 && (static_cast<unsigned char>((*bytes)[1]) & 0x80) != 0;
    if ((first & 0x80) != 0 || (first == 0 && !nextIsHigh))
        return 0;
    isOdd = (bytes->back() & 1) != 0;
    const Number number(BN_bin2bn(reinterpret_cast<const unsigned char *>(bytes->data()),
                                  static_cast<int>(bytes->size()), nullptr),
                        &BN_free);
    return number ? BN_num_bits(number.get()) : 0;
}

bool isRsa(QByteArrayView blob)
{
    bool exponentIsOdd = false;
    bool modulusIsOdd = false;
    const int exponentBits = takeNumber(blob, exponentIsOdd);
    const int modulusBits = takeNumber(blob, modulusIsOdd);
    return blob.isEmpty() && exponentBits > 1 && exponentIsOdd && modulusIsOdd && modulusBits >= leastBits &&
           modulusBits <= mostBits;
}

bool isEd25519(QByteArrayView blob)
{
    const auto key = takeString(blob);
    return key && key->size() == 32 && blob.isEmpty();
}

struct Curve
{
    const char *algorithm;
    const char *name; ///< RFC 5656
    const char *group;
    qsizetype pointSize;
};

constexpr std::array curves{
    Curve{"ecdsa-sha2-nistp256", "nistp256", "P-256", 65},
    Curve{"ecdsa-sha2-nistp384", "nistp384", "P-384", 97},
    Curve{"ecdsa-sha2-nistp521", "nistp521", "P-521", 133},
};

/// A point elsewhere would be refused by the node's sshd, and its customer with it.
bool isOnCurve(const Curve &curve, QByteArrayView point)
{
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), &EVP_PKEY_CTX_free);
    QByteArray group(curve.group);
    // OpenSSL takes parameters as mutable and only reads them.
    std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                          OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                            const_cast<char *>(point.data()),
                                                            static_cast<std::size_t>(point.size())),
                          OSSL_PARAM_construct_end()};
    EVP_PKEY *raw = nullptr;
    const bool isPoint = context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                         EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters.data()) == 1;
    const Key key(raw, &EVP_PKEY_free);
    return isPoint;
}

bool isEcdsa(const Curve &curve, QByteArrayView blob)
{
    constexpr char uncompressed = 4;
    const auto name = takeString(blob);
    const auto point = takeString(blob);
    return name && *name == QByteArrayView(curve.name) && point && point->size() == curve.pointSize &&
           point->front() == uncompressed && blob.isEmpty() && isOnCurve(curve, *point);
}

bool isPublicKey(const QByteArray &algorithm, QByteArrayView blob)
{
    const auto named = takeString(blob);
    if (!named || *named != algorithm)
        return false;
    if (algorithm == "ssh-rsa")
        return isRsa(blob);
    if (algorithm == "ssh-ed25519")
        return isEd25519(blob);
    for (const Curve &curve : curves) {
        if (algorithm == curve.algorithm)
            return isEcdsa(curve, blob);
    }
    return false;
}

} // namespace

SshKeyPair generateSshKeyPair()
{
    const Key key(EVP_RSA_gen(ourBits), &EVP_PKEY_free);
    if (!key)
        throw internalError(QStringLiteral("An SSH key could not be made."));
    const QByteArray blob = sshString("ssh-rsa") + sshNumber(key.get(), OSSL_PKEY_PARAM_RSA_E) +
                            sshNumber(key.get(), OSSL_PKEY_PARAM_RSA_N);
    return {pemOf(key.get()), "ssh-rsa " + blob.toBase64()};
}

QByteArray readSshPublicKey(const QString &text)
{
    const auto refuse = [](const QString &message) { return badRequest("sshPublicKey", message); };
    const QString line = text.trimmed();
    if (line.size() > longestLine)
        throw refuse(QStringLiteral("This is too long for a public SSH key."));
    for (const QChar c : line) {
        if (c.category() == QChar::Other_Control && c != u'\t')
            throw refuse(QStringLiteral("A public SSH key is one line."));
    }
    const QStringList words = QString(line).replace(u'\t', u' ').split(u' ', Qt::SkipEmptyParts);
    const QByteArray algorithm = words.value(0).toUtf8();
    const QByteArray base64 = words.value(1).toUtf8();
    const auto blob = QByteArray::fromBase64Encoding(base64, QByteArray::AbortOnBase64DecodingErrors);
    if (!blob || blob.decoded.toBase64() != base64 || !isPublicKey(algorithm, blob.decoded))
        throw refuse(QStringLiteral("This is no public SSH key of the kinds ssh-ed25519, "
                                    "ecdsa-sha2-nistp256/384/521 or ssh-rsa (2048 to 16384 bits), as "
                                    "ssh-keygen writes them into a .pub file."));
    return algorithm + ' ' + base64;
}

QString sshFingerprint(const QByteArray &publicKey)
{
    const QByteArray blob = QByteArray::fromBase64(publicKey.mid(publicKey.indexOf(' ') + 1));
    return QString::fromLatin1(QCryptographicHash::hash(blob, QCryptographicHash::Md5).toHex(':'));
}

} // namespace tower
