-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Nodes: what bootstrap_jobs needs to be carried through its steps.
-- lease_until: null when there is nothing to do; otherwise from then on whoever claims the row works on it
-- (provisions it, or takes down what a failed or destroyed one left at the provider).
-- ssh_private_key: sealed; null before there is one, after its delivery, and with the customer's own key.
ALTER TABLE bootstrap_jobs ADD COLUMN refund_address TEXT NOT NULL DEFAULT ''
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN own_key BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN ssh_key_delivered_at BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN simulated_cloud BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN region TEXT NOT NULL DEFAULT ''
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN size TEXT NOT NULL DEFAULT ''
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN image TEXT NOT NULL DEFAULT ''
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN volume_gb BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN lease_secs BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN monthly_cents BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN paid_at BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN ready_at BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN failed_at BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN destroyed_at BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN ssh_seen_at BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN lnbits_seen_at BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN refund_amount_sats BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN refund_state TEXT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN owner TEXT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN lease_until BIGINT
-- ;;
ALTER TABLE bootstrap_jobs ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0
-- ;;
CREATE INDEX bootstrap_jobs_due ON bootstrap_jobs (lease_until) WHERE lease_until IS NOT NULL
-- ;;
CREATE INDEX bootstrap_jobs_delivered ON bootstrap_jobs (ssh_key_delivered_at) WHERE ssh_private_key IS NOT NULL
-- ;;
CREATE INDEX bootstrap_jobs_up ON bootstrap_jobs (ready_at) WHERE state = 'ready' AND destroyed_at IS NULL
-- ;;
CREATE INDEX bootstrap_jobs_owed ON bootstrap_jobs (created_at) WHERE refund_state = 'pending'
-- ;;
CREATE INDEX bootstrap_jobs_by_pubkey ON bootstrap_jobs (nostr_pubkey, created_at, id)
-- ;;
-- When a node came to each stage.
CREATE TABLE bootstrap_stages (
    job_id TEXT NOT NULL REFERENCES bootstrap_jobs (id),
    stage  TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (job_id, stage)
)
-- ;;
-- What was ordered for a node from others. provider_id is empty from before the order until its answer: there
-- may be such a thing then, or not. removed_at: the provider said that it is gone.
CREATE TABLE bootstrap_things (
    job_id      TEXT NOT NULL REFERENCES bootstrap_jobs (id),
    kind        TEXT NOT NULL CHECK (kind IN ('key', 'tailnet_key', 'volume', 'droplet')),
    provider_id TEXT NOT NULL DEFAULT '',
    ordered_at  BIGINT NOT NULL,
    removed_at  BIGINT,
    PRIMARY KEY (job_id, kind)
)
-- ;;
CREATE INDEX bootstrap_things_by_provider ON bootstrap_things (kind, provider_id)
-- ;;
-- The simulated cloud: what a real provider would keep. Written in transactions of its own.
CREATE TABLE simulated_cloud (
    id            TEXT PRIMARY KEY NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('key', 'volume', 'droplet')),
    name          TEXT NOT NULL,
    tags          TEXT NOT NULL,
    region        TEXT NOT NULL DEFAULT '',
    description   TEXT NOT NULL DEFAULT '',
    monthly_cents BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL
)
