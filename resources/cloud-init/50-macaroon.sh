# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Phase 5: LND writes its macaroon when the wallet is open; it does not wait for the chain with that.
macaroon() {
    await 300 "LND's macaroon" test -s "$data/lnd/data/chain/bitcoin/mainnet/admin.macaroon"
}
