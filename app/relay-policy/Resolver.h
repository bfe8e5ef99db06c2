// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/relay-policy/Deadline.h"

#include <QHostAddress>
#include <QString>

#include <memory>
#include <vector>

namespace tower {

/// Looks up a host name within a deadline: the system's resolver has none, so it runs on a thread of its own,
/// and a look-up that came too late serves the next caller. Addresses are kept until forget().
class Resolver
{
public:
    explicit Resolver(QString host);

    /// Empty when there is no answer in time, or none at all.
    std::vector<QHostAddress> addresses(const Deadline &deadline);
    /// To be called when none of the addresses could be reached: they may have changed.
    void forget();

private:
    struct Lookup;
    QString m_host;
    std::vector<QHostAddress> m_known;
    bool m_literal = false;
    std::shared_ptr<Lookup> m_pending;
};

} // namespace tower
