// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"

#include <QByteArray>
#include <QFuture>
#include <QString>

namespace tower {

struct SshKeyPair
{
    SecretBytes privateKey; ///< PKCS#1 PEM (RFC 8017), which ssh -i reads
    QByteArray publicKey;   ///< "ssh-rsa AAAA..." (RFC 4253), without a comment
};

/// RSA, 4096 bits, through OpenSSL. Takes seconds: made on the thread pool. Throws internalError.
SshKeyPair generateSshKeyPair();

/// A customer's public key: one line of OpenSSH's form, of ssh-ed25519, ecdsa-sha2-nistp256/384/521 or
/// ssh-rsa (2048 to 16384 bits), its blob well-formed to the last byte and naming the same algorithm. The
/// comment is dropped, so what is returned is "algorithm base64". Options, several lines, certificates and
/// hardware-bound (sk-) keys are refused. Throws badRequest("sshPublicKey").
QByteArray readSshPublicKey(const QString &text);

/// MD5 of the blob as "xx:xx:...", by which DigitalOcean knows a key.
QString sshFingerprint(const QByteArray &publicKey);

} // namespace tower
