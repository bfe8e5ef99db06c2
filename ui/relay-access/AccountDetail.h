// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayAccounts.h"

#include <QWidget>

namespace tower {

/// One account in full.
class AccountDetail : public QWidget
{
    Q_OBJECT

public:
    explicit AccountDetail(const RelayAccount &account, QWidget *parent = nullptr);

    [[nodiscard]] const PubKey &key() const { return m_key; }

private:
    PubKey m_key;
};

} // namespace tower
