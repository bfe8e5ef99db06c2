-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Invoices that we issued. received_msat: what the wallet says arrived; the ledger has it in whole sats.
-- next_check_at: when the wallet is asked next (null: never again).
CREATE TABLE invoices (
    payment_hash     TEXT PRIMARY KEY NOT NULL,
    payment_request  TEXT NOT NULL,
    purpose          TEXT NOT NULL CHECK (purpose IN ('eval', 'work', 'deposit', 'topup', 'node')),
    amount_sats      BIGINT NOT NULL CHECK (amount_sats > 0),
    state            TEXT NOT NULL CHECK (state IN ('open', 'paid', 'expired', 'paid_late')),
    simulated        BIGINT NOT NULL,
    received_msat    BIGINT NOT NULL DEFAULT 0,
    paid_at          BIGINT,
    job_id           TEXT REFERENCES jobs (id),
    session_id       TEXT REFERENCES sessions (id),
    bootstrap_job_id TEXT REFERENCES bootstrap_jobs (id),
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    checks           BIGINT NOT NULL DEFAULT 0,
    next_check_at    BIGINT,
    CHECK ((CASE WHEN job_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN session_id IS NULL THEN 0 ELSE 1 END)
           + (CASE WHEN bootstrap_job_id IS NULL THEN 0 ELSE 1 END) = 1)
)
-- ;;
CREATE INDEX invoices_by_created ON invoices (created_at, payment_hash)
-- ;;
CREATE INDEX invoices_paid ON invoices (simulated) WHERE state IN ('paid', 'paid_late')
-- ;;
CREATE INDEX invoices_by_job ON invoices (job_id)
-- ;;
CREATE INDEX invoices_by_session ON invoices (session_id, created_at)
-- ;;
CREATE INDEX invoices_by_bootstrap_job ON invoices (bootstrap_job_id)
-- ;;
CREATE INDEX invoices_by_wallet ON invoices (simulated, created_at)
-- ;;
CREATE INDEX invoices_due ON invoices (next_check_at) WHERE next_check_at IS NOT NULL
-- ;;
-- What is owed back: one row for each refund:... account of the ledger. owner_kind and owner_id: job, session
-- or node.
CREATE TABLE refunds (
    account     TEXT PRIMARY KEY NOT NULL,
    owner_kind  TEXT NOT NULL CHECK (owner_kind IN ('job', 'session', 'node')),
    owner_id    TEXT NOT NULL,
    amount_sats BIGINT NOT NULL CHECK (amount_sats > 0),
    state       TEXT NOT NULL CHECK (state IN ('pending', 'paying', 'paid')),
    intent_id   TEXT,
    created_at  BIGINT NOT NULL,
    paid_at     BIGINT
)
-- ;;
CREATE INDEX refunds_by_owner ON refunds (owner_kind, owner_id)
-- ;;
CREATE INDEX refunds_by_state ON refunds (state, created_at, account)
-- ;;
-- Money that leaves: written before the wallet is asked to pay. An invoice is paid for one intent only, unless
-- that has failed for good.
CREATE TABLE outgoing_payments (
    id            TEXT PRIMARY KEY NOT NULL,
    purpose       TEXT NOT NULL CHECK (purpose IN ('refund', 'withdrawal', 'zap')),
    subject       TEXT NOT NULL,
    from_account  TEXT NOT NULL,
    amount_sats   BIGINT NOT NULL CHECK (amount_sats > 0),
    max_fee_sats  BIGINT NOT NULL,
    bolt11        TEXT NOT NULL,
    payment_hash  TEXT NOT NULL,
    expires_at    BIGINT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('intent', 'paying', 'paid', 'failed', 'unknown')),
    fee_msat      BIGINT NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL DEFAULT '',
    owner         TEXT,
    lease_until   BIGINT NOT NULL DEFAULT 0,
    checks        BIGINT NOT NULL DEFAULT 0,
    next_check_at BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    settled_at    BIGINT
)
-- ;;
CREATE UNIQUE INDEX outgoing_payments_once ON outgoing_payments (payment_hash) WHERE state <> 'failed'
-- ;;
CREATE INDEX outgoing_payments_by_hash ON outgoing_payments (payment_hash, created_at)
-- ;;
CREATE INDEX outgoing_payments_by_created ON outgoing_payments (created_at, id)
-- ;;
CREATE INDEX outgoing_payments_by_state ON outgoing_payments (state, created_at, id)
-- ;;
CREATE INDEX outgoing_payments_due ON outgoing_payments (next_check_at) WHERE next_check_at IS NOT NULL
-- ;;
-- The simulated wallet: what a real wallet would keep. Written in transactions of its own.
CREATE TABLE simulated_invoices (
    payment_hash TEXT PRIMARY KEY NOT NULL,
    preimage     TEXT NOT NULL,
    amount_msat  BIGINT NOT NULL CHECK (amount_msat > 0),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    paid_at      BIGINT
)
-- ;;
CREATE TABLE simulated_payments (
    payment_hash TEXT PRIMARY KEY NOT NULL,
    amount_msat  BIGINT NOT NULL CHECK (amount_msat > 0),
    fee_msat     BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('pending', 'paid', 'failed')),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    settled_at   BIGINT
)
-- ;;
CREATE INDEX simulated_payments_pending ON simulated_payments (expires_at) WHERE state = 'pending'
-- ;;
CREATE TABLE simulated_wallet (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    balance_msat BIGINT NOT NULL CHECK (balance_msat >= 0)
)
-- ;;
INSERT INTO simulated_wallet (one, balance_msat) VALUES (1, 0)
