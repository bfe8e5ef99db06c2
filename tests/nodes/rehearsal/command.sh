#!/bin/bash
# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Stands in for every command of a node's script, called by its name. Writes down each call. What is harmless
# is then carried out; what would change a machine or reach for the network is played: $STAGE holds how things
# are.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
name=${0##*/}
call="$name $*"
case $name in
    base64 | cat | chmod | cut | flock | grep | head | jq | mkdir | mv | openssl | rm | tail | tar | tee | touch | \
        tr)
        printf '%s\n' "$call" >>"$STAGE/harmless-calls"
        exec "$name" "$@"
        ;;
    date) ;;
    *) printf '%s\n' "$call" >>"$STAGE/calls" ;;
esac

# A file in fail/ holds a pattern: calls that match it fail. Named once..., only the first one does; named
# ...after, it fails when its work is done, as if the answer got lost.
for plan in "$STAGE"/fail/*; do
    [[ -e $plan ]] || continue
    # shellcheck disable=SC2053 # a pattern it is
    if [[ $call == $(<"$plan") ]]; then
        if [[ $plan == *once* ]]; then
            rm "$plan"
        fi
        [[ $plan == *after* ]] || exit 7
        failed_after=1
    fi
done

lnd_data=$TIMMY_NODE_ROOT/var/lib/timmy-node/lnd
lnd_state() {
    if [[ -e $STAGE/wallet ]]; then
        cat "$STAGE/wallet"
    elif [[ ! -e $STAGE/lnd-asked ]]; then
        touch "$STAGE/lnd-asked"
        echo WAITING_TO_START
    else
        echo NON_EXISTING
    fi
}

answer() {
    local url=${*: -1}
    case $* in
        *.gpg*) echo "a key ring" >"$url" ;;
        */v1/state*) printf '{"state":"%s"}' "$(lnd_state)" ;;
        */v1/genseed*)
            printf 'genseed\n' >>"$STAGE/seeds"
            # Other words at every call.
            printf '"%s"\n' word{1..24}-"$(wc -l <"$STAGE/seeds")" | jq --slurp '{cipher_seed_mnemonic: .}'
            ;;
        */v1/initwallet*)
            cat >"$STAGE/initwallet.json"
            echo RPC_ACTIVE >"$STAGE/wallet"
            mkdir -p "$lnd_data/data/chain/bitcoin/mainnet"
            if [[ ! -e $STAGE/no-macaroon ]]; then
                echo macaroon >"$lnd_data/data/chain/bitcoin/mainnet/admin.macaroon"
            fi
            printf '{"admin_macaroon":"0201macaroon"}'
            ;;
        */api/v1/health*) echo '{"server_time":1}' ;;
        *) exit 6 ;;
    esac
}

case $name in
    date)
        if [[ $* == +%s ]]; then
            echo "$(<"$STAGE/clock")"
        else
            exec date "$@"
        fi
        ;;
    sleep)
        # Twelve times as long, so that a wait of minutes is over after a few tries.
        echo "$(($(<"$STAGE/clock") + 12 * $1))" >"$STAGE/clock"
        if [[ -e $STAGE/wallet-later ]]; then
            mv "$STAGE/wallet-later" "$STAGE/wallet"
        fi
        ;;
    curl) answer "$@" ;;
    df) printf 'Size\n%sG\n' "$(<"$STAGE/disk-gb")" ;;
    blkid) exit "$(<"$STAGE/blkid")" ;;
    mount) touch "$STAGE/mounted" ;;
    mountpoint) [[ -e $STAGE/mounted ]] || exit 32 ;;
    docker-compose)
        case $* in
            *getblockchaininfo) echo '{"blocks":123,"headers":456,"verificationprogress":0.12345}' ;;
            *"up --detach lnd") mkdir -p "$lnd_data" && echo certificate >"$lnd_data/tls.cert" ;;
        esac
        ;;
    tailscale)
        case $1 in
            up) cat "$TIMMY_NODE_ROOT/opt/timmy-node/secrets/tailnet-key" >"$STAGE/tailnet" ;;
            ip)
                [[ -e $STAGE/tailnet ]] || exit 1
                echo 100.64.0.7
                ;;
            status) printf '{"Self":{"DNSName":"%s","TailscaleIPs":["100.64.0.7"]}}' "$(<"$STAGE/name")" ;;
        esac
        ;;
    mkfs.ext4) echo 0 >"$STAGE/blkid" ;;
    apt-get | systemctl | ufw | sysctl) ;;
    *) exit 127 ;;
esac
[[ -z ${failed_after-} ]] || exit 7
