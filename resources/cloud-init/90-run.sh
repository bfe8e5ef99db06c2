# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
main() {
    run system
    run bitcoin
    run lnd
    run wallet
    run macaroon
    run lnbits
    run credentials
    say "ready"
}

main
