// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace tower {

/// One answer to the relay: accept, reject or shadowReject, with what the author is told.
struct Verdict
{
    QByteArray action;
    QByteArray message;

    static Verdict accept() { return {"accept", {}}; }
    static Verdict reject(QByteArray message) { return {"reject", std::move(message)}; }
    static Verdict unavailable() { return reject("error: policy service unavailable"); }
};

} // namespace tower
