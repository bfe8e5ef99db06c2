# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Phase 1: packages, firewall, ssh by key only, the volume, the tailnet.

# A machine's first boot installs things too: wait for its lock. An index that is missing is a failure.
apt() { apt-get -qq -o DPkg::Lock::Timeout=600 "$@"; }

install_packages() {
    # What containers print is kept, but not all of it for ever.
    put 644 "$root/etc/docker/daemon.json" <<'DOCKER'
{"log-driver": "json-file", "log-opts": {"max-size": "20m", "max-file": "5"}}
DOCKER
    retry 12 apt update --error-on=any
    retry 3 apt install --yes ca-certificates curl openssl jq ufw unattended-upgrades docker.io docker-compose
    systemctl enable --now docker
    put 644 "$root/etc/apt/apt.conf.d/20auto-upgrades" <<'APT'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT
}

make_secrets() {
    local name
    for name in bitcoin-rpc lnd-wallet lnbits-auth lnbits-install; do
        if [[ ! -s $secrets/$name ]]; then
            openssl rand -hex 24 | tr -d '\n' | put 600 "$secrets/$name"
        fi
    done
}

close_doors() {
    # The first file that sets an option wins: this one comes before those of the image.
    put 600 "$root/etc/ssh/sshd_config.d/00-timmy-node.conf" <<'SSH'
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
SSH
    systemctl try-reload-or-restart ssh
    # What Docker publishes passes by these rules: all but the two public ports is bound to 127.0.0.1 or the
    # tailnet.
    ufw default deny incoming
    ufw default allow outgoing
    ufw allow 22/tcp
    ufw allow 8333/tcp
    ufw allow 9735/tcp
    if [[ $joins_tailnet == 1 ]]; then
        ufw allow 41641/udp
    fi
    ufw --force enable
}

# A disk is formatted only when blkid, reading it anew, says that it found nothing at all: 2. Anything else
# that it says may be somebody's data.
format_if_blank() {
    local found=0
    blkid --probe "$1" || found=$?
    case $found in
        0) say "the volume has a file system" ;;
        2) mkfs.ext4 -q -L timmy-node "$1" ;;
        *) return "$found" ;;
    esac
}

mount_volume() {
    [[ -n $volume ]] || return 0
    local disk=$root/dev/disk/by-id/scsi-0DO_Volume_$volume
    await 120 "the volume" test -e "$disk"
    if ! mountpoint -q "$data"; then
        format_if_blank "$disk"
        if ! grep -qsF " $data " "$root/etc/fstab"; then
            printf '%s %s ext4 defaults,nofail,discard,noatime 0 2\n' "$disk" "$data" >>"$root/etc/fstab"
        fi
        mount "$data"
    fi
    # After a reboot, no container begins afresh on the empty folder below a volume that is late.
    put 644 "$root/etc/systemd/system/docker.service.d/timmy-node.conf" <<UNIT
[Unit]
RequiresMountsFor=$data
UNIT
    systemctl daemon-reload
}

join_tailnet() {
    [[ $joins_tailnet == 1 ]] || return 0
    local key=$root/usr/share/keyrings/tailscale-archive-keyring.gpg source release
    # shellcheck source=/dev/null
    source=https://pkgs.tailscale.com/stable/$(. /etc/os-release && printf '%s' "$ID")
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    retry 5 curl -fsS --max-time 60 "$source/$release.noarmor.gpg" -o "$secrets/tailscale.gpg"
    put 644 "$key" <"$secrets/tailscale.gpg"
    put 644 "$root/etc/apt/sources.list.d/tailscale.list" <<<"deb [signed-by=$key] $source $release main"
    retry 5 apt update --error-on=any
    retry 3 apt install --yes tailscale
    # The key works once, and for an hour; it does not stay on the disk either.
    if ! tailscale ip -4 >/dev/null 2>&1; then
        retry 3 tailscale up --timeout=60s --auth-key="file:$secrets/tailnet-key" --hostname="$node_id"
    fi
    rm -f "$secrets/tailnet-key"
    # After a reboot, Docker may bind to the tailnet's address before the tailnet has given it.
    put 644 "$root/etc/sysctl.d/90-timmy-node.conf" <<<'net.ipv4.ip_nonlocal_bind = 1'
    sysctl -q -p "$root/etc/sysctl.d/90-timmy-node.conf"
}

system() {
    install_packages
    make_secrets
    close_doors
    mount_volume
    join_tailnet
}
