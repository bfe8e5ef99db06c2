# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Phase 7: what the owner needs, in one file that only root reads.
lnbits_url() {
    if [[ $joins_tailnet == 1 ]]; then
        # A tailnet that gives no names still gives addresses.
        tailscale status --json |
            jq -er '.Self | [.DNSName // "" | rtrimstr(".") | select(. != "")] + .TailscaleIPs |
                "http://\(.[0]):5000"'
    else
        echo http://127.0.0.1:5000
    fi
}

credentials() {
    local file=$root/root/node-credentials.txt url words
    # The words are here or there: this phase may have been cut off at its very end.
    if [[ -s $file && ! -s $seed ]]; then
        return 0
    fi
    url=$(lnbits_url)
    words=$(jq -er '.cipher_seed_mnemonic | to_entries[] | "\(.key + 1). \(.value)"' "$seed")
    put 600 "$file" <<CREDENTIALS
Bitcoin node $node_id

Bitcoin RPC user:            lnd
Bitcoin RPC password:        $(<"$secrets/bitcoin-rpc")
LND wallet password:         $(<"$secrets/lnd-wallet")
LNbits:                      $url
LNbits first install token:  $(<"$secrets/lnbits-install")

LND seed words. Write them on paper; whoever has them has the coins:
$words
CREDENTIALS
    rm "$seed"
}
