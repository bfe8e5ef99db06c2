# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Phase 3: LND. It makes no wallet by itself, but unlocks the one that is there after every start: without
# wallet-unlock-allow-create it would not even start before there is one.
lnd_curl() { curl -fsS --cacert "$data/lnd/tls.cert" "$@"; }
lnd_get() { lnd_curl --max-time 30 "https://localhost:8080$1"; }
lnd_state() { lnd_get /v1/state | jq -r .state; }

# It answers before it knows whether there is a wallet.
lnd_answers() { [[ $(lnd_state) =~ ^(NON_EXISTING|LOCKED|UNLOCKED|RPC_ACTIVE|SERVER_ACTIVE)$ ]]; }

lnd() {
    # The alias is public: it does not name the order. Containers reach it as lnd, its certificate says so.
    put 600 "$data/lnd/lnd.conf" <<CONF
[Application Options]
alias=timmy-node
listen=0.0.0.0:9735
restlisten=0.0.0.0:8080
tlsextradomain=lnd
wallet-unlock-password-file=/run/wallet-password
wallet-unlock-allow-create=true

[Bitcoin]
bitcoin.mainnet=true
bitcoin.node=bitcoind

[Bitcoind]
bitcoind.rpchost=bitcoind
bitcoind.rpcuser=lnd
bitcoind.rpcpass=$(<"$secrets/bitcoin-rpc")
bitcoind.zmqpubrawblock=tcp://bitcoind:28332
bitcoind.zmqpubrawtx=tcp://bitcoind:28333
CONF
    pull lnd
    compose up --detach lnd
    await 360 "LND" lnd_answers
}
