#!/bin/bash
# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Turns a fresh Debian machine into a Bitcoin full node: Bitcoin Core, LND and LNbits. Run once, as root, by
# cloud-init. After a failure it can be run again (bash /opt/timmy-node/node.sh): phases that are done are
# passed over, the one that failed begins anew. Passwords are made here and stay here.
set -Eeuo pipefail
umask 077
export DEBIAN_FRONTEND=noninteractive

node_id=@@NODE_ID@@             # the order, and the name of this machine
volume=@@VOLUME@@               # block storage by its name; empty: the machine's own disk
joins_tailnet=@@JOINS_TAILNET@@ # 1 or 0

root=${TIMMY_NODE_ROOT-} # a rehearsal works below a folder of its own
home=$root/opt/timmy-node
secrets=$home/secrets # one file each, mode 600
data=$root/var/lib/timmy-node
progress=$home/progress # the last line says how far it is
mkdir -p "$home/done" "$secrets" "$data"
chmod 700 "$home" "$secrets" # cloud-init makes folders that all may read

say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" | tee -a "$progress"; }

phase=start
failed() {
    # A subshell passes its failure on to the shell that waits for it, which then says so, once.
    ((BASH_SUBSHELL == 0)) || exit 1
    say "failed $phase (${FUNCNAME[1]}, line $1)"
    exit 1
}
trap 'failed "$LINENO"' ERR

exec 9>"$home/lock"
if ! flock --nonblock 9; then
    echo "node.sh is running already" >&2
    exit 1
fi

# run PHASE: the function of that name, unless it is done.
run() {
    phase=$1
    if [[ -e $home/done/$phase ]]; then
        return
    fi
    say "begin $phase"
    "$phase"
    touch "$home/done/$phase"
    say "done $phase"
}

# retry TRIES COMMAND...: a network that is slow to come up is no failure.
retry() {
    local tries=$1 n
    shift
    for ((n = 1; n < tries; n++)); do
        "$@" && return
        sleep 5
    done
    "$@"
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
    local seconds=$1 what=$2 deadline
    shift 2
    deadline=$(($(date +%s) + seconds))
    until "$@" >/dev/null 2>&1; do
        if (($(date +%s) >= deadline)); then
            say "$what did not come up within $seconds s"
            return 1
        fi
        sleep 5
    done
}

# put MODE PATH: what is read becomes that file, all of it or nothing.
put() {
    mkdir -p "${2%/*}"
    cat >"$2.new"
    chmod "$1" "$2.new"
    mv "$2.new" "$2"
}

compose() { docker-compose --project-name timmy-node --file "$home/compose.yaml" "$@"; }

# pull SERVICE: its image, from a registry that may be busy.
pull() { retry 5 compose pull --quiet "$1"; }
