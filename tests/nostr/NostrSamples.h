// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"

#include <QDir>

namespace tower::samples {

/// The same cases in every run, unless RC_PARAMS asks for others.
inline void fixSeed()
{
    if (!qEnvironmentVariableIsSet("RC_PARAMS"))
        qputenv("RC_PARAMS", "seed=1 max_success=300");
}

/// The key whose 32 bytes are all `fill`: the same in every run.
inline SecretKey key(char fill = 7)
{
    return *SecretKey::fromBytes(QByteArray(32, fill));
}

/// Gives the event its author, id and signature.
inline Event sign(Event event, const SecretKey &by = key())
{
    event.pubkey = by.pubKey();
    event.id = event.computedId();
    event.signature = by.sign(event.id.bytes(), {});
    return event;
}

inline Event note(const QByteArray &content = "hello", int kind = 1)
{
    Event event;
    event.createdAt = 1'700'000'000;
    event.kind = kind;
    event.tags = {{"p", QByteArray(64, 'a')}, {"t", "tower"}};
    event.content = content;
    return sign(event);
}

/// A file of the official vectors; its name is empty when the folder is not there.
inline QString vectorFile(const QString &name)
{
    const QString folder =
        qEnvironmentVariable("TOWER_VECTORS", QStringLiteral(TOWER_SOURCE_DIR "/../shared/vectors"));
    const QString path = QDir(folder).filePath(name);
    return QFile::exists(path) ? path : QString();
}

} // namespace tower::samples
