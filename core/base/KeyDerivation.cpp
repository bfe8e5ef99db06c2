// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/KeyDerivation.h"

#include "core/base/Error.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>

namespace tower {

SecretBytes deriveKey(const SecretBytes &secret, QByteArrayView info)
{
    if (secret.isEmpty())
        throw internalError(QStringLiteral("There is no secret to derive a key from."));
    const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr),
                                                                &EVP_KDF_free);
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(
        kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr, &EVP_KDF_CTX_free);
    QByteArray digest("SHA256");
    // OpenSSL takes parameters as mutable and only reads them.
    const auto octets = [](const char *name, QByteArrayView bytes) {
        return OSSL_PARAM_construct_octet_string(name, const_cast<char *>(bytes.data()),
                                                 static_cast<std::size_t>(bytes.size()));
    };
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                octets(OSSL_KDF_PARAM_KEY, secret.view()), octets(OSSL_KDF_PARAM_INFO, info),
                                OSSL_PARAM_construct_end()};
    QByteArray out(32, '\0');
    if (!context || EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char *>(out.data()),
                                   static_cast<std::size_t>(out.size()), parameters.data()) != 1)
        throw internalError(QStringLiteral("A key could not be derived."));
    return SecretBytes(std::move(out));
}

} // namespace tower
