-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Jobs, sessions, nodes and zaps: what payments belong to. Costs and prices in USD are in millionths.
-- owner and lease_until: the program that works on a row, and until when another may not (a job that is not
-- evaluating or executing has no lease; one that is over belongs to whoever comes first).
CREATE TABLE jobs (
    id                      TEXT PRIMARY KEY NOT NULL,
    request                 TEXT NOT NULL,
    state                   TEXT NOT NULL CHECK (state IN ('awaiting_eval_payment', 'evaluating', 'rejected',
                                'awaiting_work_payment', 'executing', 'complete', 'failed', 'expired')),
    nostr_pubkey            TEXT REFERENCES nostr_identities (pubkey),
    eval_payment_hash       TEXT NOT NULL,
    eval_amount_sats        BIGINT NOT NULL,
    work_payment_hash       TEXT,
    work_amount_sats        BIGINT,
    eval_input_tokens       BIGINT NOT NULL DEFAULT 0,
    eval_output_tokens      BIGINT NOT NULL DEFAULT 0,
    estimated_cost_usd      BIGINT,
    estimated_sats          BIGINT,
    margin_pct              BIGINT,
    btc_price_usd           BIGINT,
    btc_price_source        TEXT,
    estimated_input_tokens  BIGINT,
    estimated_output_tokens BIGINT,
    reservation_id          TEXT,
    actual_input_tokens     BIGINT,
    actual_output_tokens    BIGINT,
    actual_cost_usd         BIGINT,
    actual_amount_sats      BIGINT,
    cost_known              BIGINT NOT NULL DEFAULT 1,
    free_tier               BIGINT NOT NULL DEFAULT 0,
    absorbed_sats           BIGINT NOT NULL DEFAULT 0,
    kept_sats               BIGINT NOT NULL DEFAULT 0,
    refund_amount_sats      BIGINT NOT NULL DEFAULT 0,
    refund_state            TEXT,
    result                  TEXT,
    reason                  TEXT,
    error                   TEXT,
    attempts                BIGINT NOT NULL DEFAULT 0,
    owner                   TEXT,
    lease_until             BIGINT,
    created_at              BIGINT NOT NULL,
    updated_at              BIGINT NOT NULL,
    finished_at             BIGINT
)
-- ;;
CREATE INDEX jobs_by_created ON jobs (created_at, id)
-- ;;
CREATE INDEX jobs_by_state ON jobs (state, created_at, id)
-- ;;
CREATE INDEX jobs_by_pubkey ON jobs (nostr_pubkey, created_at, id)
-- ;;
CREATE INDEX jobs_open ON jobs (created_at, id) WHERE finished_at IS NULL
-- ;;
CREATE INDEX jobs_running ON jobs (lease_until) WHERE lease_until IS NOT NULL
-- ;;
CREATE TABLE sessions (
    id                   TEXT PRIMARY KEY NOT NULL,
    state                TEXT NOT NULL CHECK (state IN ('awaiting_payment', 'active', 'paused', 'expired', 'closed')),
    nostr_pubkey         TEXT REFERENCES nostr_identities (pubkey),
    deposit_payment_hash TEXT NOT NULL,
    balance_sats         BIGINT NOT NULL DEFAULT 0,
    reserved_sats        BIGINT NOT NULL DEFAULT 0,
    deposited_sats       BIGINT NOT NULL DEFAULT 0,
    debited_sats         BIGINT NOT NULL DEFAULT 0,
    request_count        BIGINT NOT NULL DEFAULT 0,
    expires_at           BIGINT NOT NULL,
    created_at           BIGINT NOT NULL,
    updated_at           BIGINT NOT NULL,
    CHECK (balance_sats >= 0),
    CHECK (reserved_sats >= 0 AND reserved_sats <= balance_sats)
)
-- ;;
CREATE INDEX sessions_by_created ON sessions (created_at, id)
-- ;;
CREATE INDEX sessions_by_state ON sessions (state, created_at, id)
-- ;;
CREATE INDEX sessions_by_pubkey ON sessions (nostr_pubkey, created_at, id)
-- ;;
CREATE INDEX sessions_live ON sessions (created_at, id, state) WHERE state NOT IN ('expired', 'closed')
-- ;;
CREATE INDEX sessions_open ON sessions (expires_at) WHERE state IN ('active', 'paused')
-- ;;
CREATE TABLE session_requests (
    id                 TEXT PRIMARY KEY NOT NULL,
    session_id         TEXT NOT NULL REFERENCES sessions (id),
    idempotency_key    TEXT,
    body_hash          TEXT NOT NULL,
    request            TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('running', 'complete', 'rejected', 'failed')),
    reserved_sats      BIGINT NOT NULL,
    reservation_id     TEXT,
    free_tier          BIGINT NOT NULL DEFAULT 0,
    estimated_cost_usd BIGINT NOT NULL,
    estimated_sats     BIGINT NOT NULL,
    margin_pct         BIGINT NOT NULL,
    btc_price_usd      BIGINT NOT NULL,
    btc_price_source   TEXT NOT NULL,
    input_tokens       BIGINT NOT NULL DEFAULT 0,
    output_tokens      BIGINT NOT NULL DEFAULT 0,
    actual_cost_usd    BIGINT NOT NULL DEFAULT 0,
    actual_amount_sats BIGINT NOT NULL DEFAULT 0,
    cost_known         BIGINT NOT NULL DEFAULT 1,
    debited_sats       BIGINT NOT NULL DEFAULT 0,
    absorbed_sats      BIGINT NOT NULL DEFAULT 0,
    balance_after      BIGINT NOT NULL DEFAULT 0,
    result             TEXT,
    reason             TEXT,
    error              TEXT,
    owner              TEXT,
    lease_until        BIGINT NOT NULL DEFAULT 0,
    created_at         BIGINT NOT NULL,
    finished_at        BIGINT,
    UNIQUE (session_id, idempotency_key)
)
-- ;;
CREATE INDEX session_requests_by_session ON session_requests (session_id, created_at, id)
-- ;;
CREATE INDEX session_requests_running ON session_requests (lease_until) WHERE state = 'running'
-- ;;
CREATE TABLE bootstrap_jobs (
    id                  TEXT PRIMARY KEY NOT NULL,
    state               TEXT NOT NULL,
    amount_sats         BIGINT NOT NULL,
    payment_hash        TEXT NOT NULL,
    payment_request     TEXT NOT NULL,
    nostr_pubkey        TEXT REFERENCES nostr_identities (pubkey),
    droplet_id          TEXT,
    node_ip             TEXT,
    tailscale_hostname  TEXT,
    lnbits_url          TEXT,
    ssh_public_key      TEXT,
    ssh_private_key     TEXT,
    ssh_key_delivered   BIGINT NOT NULL DEFAULT 0,
    delivery_token_hash TEXT,
    stage               TEXT,
    error_message       TEXT,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL
)
-- ;;
CREATE INDEX bootstrap_jobs_by_created ON bootstrap_jobs (created_at, id)
-- ;;
CREATE INDEX bootstrap_jobs_by_state ON bootstrap_jobs (state, created_at, id)
-- ;;
CREATE TABLE zaps (
    id                TEXT PRIMARY KEY NOT NULL,
    job_id            TEXT UNIQUE REFERENCES jobs (id),
    recipient         TEXT,
    amount_sats       BIGINT NOT NULL,
    lightning_address TEXT NOT NULL DEFAULT '',
    request_event_id  TEXT,
    payment_request   TEXT,
    payment_hash      TEXT,
    state             TEXT NOT NULL CHECK (state IN ('intent', 'paying', 'paid', 'failed', 'unknown', 'skipped')),
    reason            TEXT NOT NULL DEFAULT '',
    receipt_event_id  TEXT,
    simulated         BIGINT NOT NULL DEFAULT 0,
    created_at        BIGINT NOT NULL,
    settled_at        BIGINT
)
-- ;;
CREATE INDEX zaps_by_created ON zaps (created_at, id)
-- ;;
CREATE INDEX zaps_by_state ON zaps (state, created_at, id)
-- ;;
CREATE INDEX zaps_by_recipient ON zaps (recipient, created_at, id)
