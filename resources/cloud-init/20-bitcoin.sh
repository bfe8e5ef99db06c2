# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Phase 2: Bitcoin Core. Its RPC is reachable inside the compose network only.
network=172.29.83.0/24

write_compose() {
    local lnbits_ports='"127.0.0.1:5000:5000"' address
    if [[ $joins_tailnet == 1 ]]; then
        address=$(tailscale ip -4 | head -n 1)
        lnbits_ports+=", \"$address:5000:5000\""
    fi
    # The files of secrets are mounted one by one: LNbits has no business with the wallet's password.
    put 600 "$home/compose.yaml" <<COMPOSE
services:
  bitcoind:
    image: bitcoin/bitcoin:@@BITCOIN_VERSION@@
    restart: unless-stopped
    stop_grace_period: 10m
    volumes: ["$data/bitcoin:/home/bitcoin/.bitcoin"]
    ports: ["8333:8333"]
  lnd:
    image: lightninglabs/lnd:@@LND_VERSION@@
    restart: unless-stopped
    stop_grace_period: 2m
    depends_on: [bitcoind]
    volumes: ["$data/lnd:/root/.lnd", "$secrets/lnd-wallet:/run/wallet-password:ro"]
    ports: ["9735:9735", "127.0.0.1:8080:8080"]
  lnbits:
    image: lnbits/lnbits:@@LNBITS_VERSION@@
    restart: unless-stopped
    depends_on: [lnd]
    env_file: ["$secrets/lnbits.env"]
    volumes: ["$data/lnbits:/app/data", "$data/lnd:/lnd:ro"]
    ports: [$lnbits_ports]
networks:
  default:
    ipam:
      config: [{subnet: "$network"}]
COMPOSE
    touch "$secrets/lnbits.env"
}

# The line that lets LND in without the password standing in bitcoin.conf (share/rpcauth of Bitcoin Core). The
# salt is no secret.
rpc_auth() {
    local salt hash
    salt=$(openssl rand -hex 16)
    hash=$(openssl dgst -sha256 -hmac "$salt" -r <"$secrets/bitcoin-rpc" | cut -d ' ' -f 1)
    # shellcheck disable=SC2016 # that dollar sign is part of the line
    printf 'rpcauth=lnd:%s$%s\n' "$salt" "$hash"
}

# The whole chain needs about 800 GB, and grows. On a smaller disk the older blocks are dropped; 30 GB are
# left to the state of the chain, the images and the system, and a fifth of the rest to everything else.
pruning() {
    local size_gb room
    size_gb=$(df --output=size -BG "$data" | tail -n 1 | tr -dc 0-9)
    if ((size_gb < 900)); then
        room=$(((size_gb - 30) * 800))
        printf 'prune=%d\n' "$((room > 1000 ? room : 1000))"
    fi
}

# In the image the data belong to the user bitcoin, and so does the cookie that lets bitcoin-cli in.
bitcoin_cli() { compose exec -T --user bitcoin bitcoind bitcoin-cli -rpcclienttimeout=10 "$@"; }

write_bitcoin_conf() {
    local auth prune
    auth=$(rpc_auth)
    prune=$(pruning)
    put 600 "$1" <<CONF
server=1
rpcbind=0.0.0.0
rpcallowip=$network
$auth
zmqpubrawblock=tcp://0.0.0.0:28332
zmqpubrawtx=tcp://0.0.0.0:28333
dbcache=1024
$prune
CONF
}

bitcoin() {
    local conf=$data/bitcoin/bitcoin.conf
    write_compose
    # Once: when the container starts, the image gives it to its own user. One written later would be root's.
    if [[ ! -s $conf ]]; then
        write_bitcoin_conf "$conf"
    fi
    pull bitcoind
    compose up --detach bitcoind
    await 300 "Bitcoin Core" bitcoin_cli getblockchaininfo
}
