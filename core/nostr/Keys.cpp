// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Keys.h"

#include "core/base/Error.h"
#include "core/nostr/Curve.h"
#include "core/nostr/Nip19.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <memory>

namespace tower {

namespace {

void fillRandom(std::array<std::uint8_t, 32> &bytes)
{
    if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw internalError(QStringLiteral("The system's random generator does not work."));
}

/// The key in the form that libsecp256k1 signs with; wiped when it goes.
class KeyPair
{
public:
    explicit KeyPair(const std::array<std::uint8_t, 32> &secret)
    {
        if (!secp256k1_keypair_create(curveContext(), &m_pair, secret.data()))
            throw internalError(QStringLiteral("A private key was used after it was moved."));
    }
    ~KeyPair() { OPENSSL_cleanse(&m_pair, sizeof m_pair); }
    KeyPair(const KeyPair &) = delete;
    KeyPair &operator=(const KeyPair &) = delete;

    [[nodiscard]] const secp256k1_keypair *get() const { return &m_pair; }

private:
    secp256k1_keypair m_pair;
};

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

struct FreeDigestContext
{
    void operator()(EVP_MD_CTX *ctx) const { EVP_MD_CTX_free(ctx); }
};

} // namespace

const secp256k1_context *curveContext()
{
    static const secp256k1_context *const shared = [] {
        secp256k1_context *made = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        std::array<std::uint8_t, 32> seed;
        fillRandom(seed);
        const int blinded = secp256k1_context_randomize(made, seed.data());
        OPENSSL_cleanse(seed.data(), seed.size());
        if (!blinded)
            throw internalError(QStringLiteral("libsecp256k1 could not be blinded."));
        return made;
    }();
    return shared;
}

std::optional<SecretKey> SecretKey::fromBytes(QByteArrayView bytes)
{
    if (bytes.size() != 32)
        return std::nullopt;
    if (!secp256k1_ec_seckey_verify(curveContext(), reinterpret_cast<const unsigned char *>(bytes.data())))
        return std::nullopt;
    SecretKey key;
    std::memcpy(key.m_bytes.data(), bytes.data(), key.m_bytes.size());
    return key;
}

std::optional<SecretKey> SecretKey::fromText(QByteArrayView text)
{
    text = text.trimmed();
    std::array<char, 32> bytes;
    if (text.size() == 64) {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const int high = hexDigit(text[static_cast<qsizetype>(2 * i)]);
            const int low = hexDigit(text[static_cast<qsizetype>(2 * i + 1)]);
            if (high < 0 || low < 0)
                return std::nullopt;
            bytes[i] = static_cast<char>(high << 4 | low);
        }
        std::optional<SecretKey> key = fromBytes(bytes);
        OPENSSL_cleanse(bytes.data(), bytes.size());
        return key;
    }
    auto decoded = bech32Decode(text);
    if (!decoded)
        return std::nullopt;
    auto &[hrp, data] = *decoded;
    std::optional<SecretKey> key;
    if (hrp == "nsec")
        key = fromBytes(data);
    OPENSSL_cleanse(data.data(), static_cast<std::size_t>(data.size()));
    return key;
}

SecretKey SecretKey::generate()
{
    SecretKey key;
    do
        fillRandom(key.m_bytes);
    while (!secp256k1_ec_seckey_verify(curveContext(), key.m_bytes.data()));
    return key;
}

SecretKey::SecretKey(SecretKey &&other) noexcept
    : m_bytes(other.m_bytes)
{
    OPENSSL_cleanse(other.m_bytes.data(), other.m_bytes.size());
}

SecretKey &SecretKey::operator=(SecretKey &&other) noexcept
{
    if (this != &other) {
        m_bytes = other.m_bytes;
        OPENSSL_cleanse(other.m_bytes.data(), other.m_bytes.size());
    }
    return *this;
}

SecretKey::~SecretKey()
{
    OPENSSL_cleanse(m_bytes.data(), m_bytes.size());
}

PubKey SecretKey::pubKey() const
{
    const KeyPair pair(m_bytes);
    secp256k1_xonly_pubkey point;
    PubKey out;
    if (!secp256k1_keypair_xonly_pub(curveContext(), &point, nullptr, pair.get()) ||
        !secp256k1_xonly_pubkey_serialize(curveContext(), out.data(), &point))
        throw internalError(QStringLiteral("The public key could not be computed."));
    return out;
}

std::array<std::uint8_t, 64> SecretKey::sign(const std::array<std::uint8_t, 32> &message,
                                             const std::array<std::uint8_t, 32> &auxiliary) const
{
    const KeyPair pair(m_bytes);
    std::array<std::uint8_t, 64> signature;
    if (!secp256k1_schnorrsig_sign32(curveContext(), signature.data(), message.data(), pair.get(),
                                     auxiliary.data()))
        throw internalError(QStringLiteral("Signing failed."));
    return signature;
}

std::array<std::uint8_t, 64> SecretKey::sign(const std::array<std::uint8_t, 32> &message) const
{
    std::array<std::uint8_t, 32> auxiliary;
    fillRandom(auxiliary);
    return sign(message, auxiliary);
}

bool verifySchnorr(const PubKey &key, const std::uint8_t *message, std::size_t messageLength,
                   const std::array<std::uint8_t, 64> &signature)
{
    secp256k1_xonly_pubkey point;
    return secp256k1_xonly_pubkey_parse(curveContext(), &point, key.data()) &&
           secp256k1_schnorrsig_verify(curveContext(), signature.data(), message, messageLength, &point);
}

bool verifySchnorr(const PubKey &key, const std::array<std::uint8_t, 32> &message,
                   const std::array<std::uint8_t, 64> &signature)
{
    return verifySchnorr(key, message.data(), message.size(), signature);
}

bool isOnCurve(const PubKey &key)
{
    secp256k1_xonly_pubkey point;
    return secp256k1_xonly_pubkey_parse(curveContext(), &point, key.data());
}

std::array<std::uint8_t, 32> sha256(QByteArrayView data)
{
    static const EVP_MD *const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> reused(EVP_MD_CTX_new());
    std::array<std::uint8_t, 32> out;
    if (!digest || !reused || !EVP_DigestInit_ex2(reused.get(), digest, nullptr) ||
        !EVP_DigestUpdate(reused.get(), data.data(), static_cast<std::size_t>(data.size())) ||
        !EVP_DigestFinal_ex(reused.get(), out.data(), nullptr))
        throw internalError(QStringLiteral("SHA-256 does not work."));
    return out;
}

std::array<std::uint8_t, 32> hmacSha256(QByteArrayView key, QByteArrayView data)
{
    std::array<std::uint8_t, 32> out;
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char *>(data.data()), static_cast<std::size_t>(data.size()),
              out.data(), &size) ||
        size != out.size())
        throw internalError(QStringLiteral("HMAC-SHA-256 does not work."));
    return out;
}

} // namespace tower
