// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/TlsFiles.h"

#include "core/base/Error.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace tower {

namespace {

ServiceError unusable(const QString &message)
{
    return badRequest("tls", message, "tls_unusable");
}

QByteArray read(const QString &path)
{
    QFile file(path);
    if (path.isEmpty() || !file.open(QIODevice::ReadOnly))
        throw unusable(QStringLiteral("The TLS file “%1” cannot be read.").arg(path));
    return file.readAll();
}

/// Qt finds out about a key of another certificate only at each handshake.
bool belongTogether(const QByteArray &certificate, const QByteArray &key)
{
    const auto memory = [](const QByteArray &pem) {
        return std::unique_ptr<BIO, decltype(&BIO_free)>(
            BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())), &BIO_free);
    };
    const auto noPassphrase = [](char *, int, int, void *) { return 0; };
    const auto certificateBio = memory(certificate);
    const auto keyBio = memory(key);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(
        PEM_read_bio_X509(certificateBio.get(), nullptr, nullptr, nullptr), &X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey(
        PEM_read_bio_PrivateKey(keyBio.get(), nullptr, noPassphrase, nullptr), &EVP_PKEY_free);
    return x509 && pkey && X509_check_private_key(x509.get(), pkey.get()) == 1;
}

} // namespace

QSslConfiguration readTlsFiles(const QString &certificatePath, const QString &keyPath)
{
    const QByteArray certificatePem = read(certificatePath);
    const QByteArray keyPem = read(keyPath);
    const QList<QSslCertificate> chain = QSslCertificate::fromData(certificatePem, QSsl::Pem);
    if (chain.isEmpty() || chain.first().isNull())
        throw unusable(QStringLiteral("“%1” holds no PEM certificate.").arg(certificatePath));
    QSslKey key(keyPem, QSsl::Rsa);
    if (key.isNull())
        key = QSslKey(keyPem, QSsl::Ec);
    if (key.isNull())
        throw unusable(QStringLiteral("“%1” holds no unencrypted RSA or EC private key.").arg(keyPath));
    if (!belongTogether(certificatePem, keyPem))
        throw unusable(QStringLiteral("The key “%1” does not belong to “%2”.").arg(keyPath, certificatePath));

    QSslConfiguration configuration;
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(key);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    return configuration;
}

} // namespace tower
