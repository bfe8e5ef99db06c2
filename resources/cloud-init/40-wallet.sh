# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Phase 4: LND's wallet, without a prompt. The seed words are written down before the wallet is made of them.
seed=$secrets/seed.json

wallet() {
    local state
    state=$(lnd_state)
    if [[ $state != NON_EXISTING ]]; then
        if [[ ! -s $seed ]]; then
            say "there is a wallet already, whose seed words are not known here"
            return 1
        fi
        return 0
    fi
    # The same words at every try: a try whose answer got lost may have made the wallet of them.
    if [[ ! -s $seed ]]; then
        lnd_get /v1/genseed | jq -e 'select(.cipher_seed_mnemonic | length == 24)' | put 600 "$seed"
    fi
    # Through pipes, so that neither password nor words stand in a command line.
    base64 --wrap=0 "$secrets/lnd-wallet" |
        jq --raw-input --slurpfile seed "$seed" \
            '{wallet_password: ., cipher_seed_mnemonic: $seed[0].cipher_seed_mnemonic}' |
        lnd_curl --max-time 120 --data @- https://localhost:8080/v1/initwallet >/dev/null
}
