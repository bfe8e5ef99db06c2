# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Phase 6: LNbits over LND's REST interface, on 127.0.0.1 and the tailnet.
lnbits_answers() { curl -fsS --max-time 30 http://127.0.0.1:5000/api/v1/health; }

# LNbits looks for its wallet when it starts, and gives up after seconds. LND is ready minutes after a boot,
# and after the first one only when the chain is here, days later: then LNbits is started again.
connect_after_boot() {
    put 644 "$root/etc/systemd/system/timmy-node-lnbits.service" <<UNIT
[Unit]
Description=Connects LNbits to LND as soon as LND is ready
After=docker.service

[Service]
ExecStart=$home/ops.sh connect
Restart=on-failure
RestartSec=60

[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
    systemctl enable timmy-node-lnbits
    systemctl restart timmy-node-lnbits
}

lnbits() {
    mkdir -p "$data/lnbits"
    # With the token, whoever comes first does not become the administrator.
    put 600 "$secrets/lnbits.env" <<ENV
LNBITS_BACKEND_WALLET_CLASS=LndRestWallet
LND_REST_ENDPOINT=https://lnd:8080/
LND_REST_CERT=/lnd/tls.cert
LND_REST_MACAROON=/lnd/data/chain/bitcoin/mainnet/admin.macaroon
AUTH_SECRET_KEY=$(<"$secrets/lnbits-auth")
FIRST_INSTALL_TOKEN=$(<"$secrets/lnbits-install")
ENV
    pull lnbits
    compose up --detach lnbits
    await 300 "LNbits" lnbits_answers
    connect_after_boot
}
