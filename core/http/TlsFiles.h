// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSslConfiguration>

namespace tower {

/// Reads a PEM certificate chain (the server's own first) and its unencrypted private key, RSA or EC.
/// Throws ServiceError "tls_unusable" that says which file is wrong, also when the two do not belong
/// together.
QSslConfiguration readTlsFiles(const QString &certificatePath, const QString &keyPath);

} // namespace tower
