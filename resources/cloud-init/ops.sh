#!/bin/bash
# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# ops.sh status | sync | logs [SERVICE] | backup: looks after the node. As root.
set -Eeuo pipefail
umask 077
root=${TIMMY_NODE_ROOT-} # a rehearsal works below a folder of its own
home=$root/opt/timmy-node
data=$root/var/lib/timmy-node
channels=data/chain/bitcoin/mainnet/channel.backup

compose() { docker-compose --project-name timmy-node --file "$home/compose.yaml" "$@"; }
lnd_state() {
    curl -fsS --max-time 30 --cacert "$data/lnd/tls.cert" https://localhost:8080/v1/state | jq -r .state
}

status() {
    tail -n 1 "$home/progress"
    compose ps
    echo "LND: $(lnd_state || echo 'does not answer')"
    df -h "$data"
}

sync() {
    compose exec -T --user bitcoin bitcoind bitcoin-cli -rpcclienttimeout=60 getblockchaininfo |
        jq -r '"block \(.blocks) of \(.headers), \(.verificationprogress * 10000 | floor / 100) %"'
}

# The state of the channels and LNbits' accounts. The seed words are in /root/node-credentials.txt.
backup() {
    local target=$home/backup-$1.tar.gz files=(lnbits)
    if [[ -s $data/lnd/$channels ]]; then
        files+=("lnd/$channels")
    fi
    # Stands still while it is read.
    trap 'compose unpause lnbits >/dev/null' EXIT
    compose pause lnbits >/dev/null
    tar --create --gzip --file "$target" --directory "$data" "${files[@]}"
    echo "$target"
}

# What the service timmy-node-lnbits does after each boot: LNbits looks for LND only when it starts.
connect() {
    local state
    until state=$(lnd_state) && [[ $state == SERVER_ACTIVE ]]; do
        sleep 60
    done
    compose restart lnbits
}

case "${1-}" in
    status) status ;;
    sync) sync ;;
    logs) compose logs --tail 100 --follow "${2-bitcoind}" ;;
    backup) backup "$(date -u +%Y%m%dT%H%M%SZ)" ;;
    connect) connect ;;
    *)
        echo "usage: ops.sh status | sync | logs [bitcoind|lnd|lnbits] | backup" >&2
        exit 2
        ;;
esac
