-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
CREATE TABLE settings (
    name       TEXT PRIMARY KEY NOT NULL,
    value      TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    actor      TEXT NOT NULL
) WITHOUT ROWID
-- ;;
CREATE TABLE secret_fingerprints (
    name          TEXT PRIMARY KEY NOT NULL,
    fingerprint   TEXT NOT NULL,
    first_used_at INTEGER NOT NULL
) WITHOUT ROWID
-- ;;
-- Numbers are given out in the order of commits and never twice, even after old rows were swept.
CREATE TABLE changes (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id   TEXT NOT NULL
)
-- ;;
-- topic is the action up to its first dot, with the dot: "relay." of "relay.grant".
CREATE TABLE activity (
    id            INTEGER PRIMARY KEY NOT NULL,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    action        TEXT NOT NULL,
    topic         TEXT NOT NULL,
    subject       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    before        TEXT NOT NULL,
    after         TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
)
-- ;;
CREATE INDEX activity_by_at ON activity (at, id)
-- ;;
CREATE INDEX activity_by_actor ON activity (actor, at, id)
-- ;;
CREATE INDEX activity_by_action ON activity (action, at, id)
-- ;;
CREATE INDEX activity_by_topic ON activity (topic, at, id)
-- ;;
CREATE INDEX activity_by_subject ON activity (subject, at, id)
-- ;;
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity
BEGIN
    SELECT RAISE(ABORT, 'activity is append-only');
END
-- ;;
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity
BEGIN
    SELECT RAISE(ABORT, 'activity is append-only');
END
-- ;;
-- The end of the chain: one row, locked last by whoever adds to it.
CREATE TABLE activity_head (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    last_id   INTEGER NOT NULL,
    last_hash TEXT NOT NULL
)
-- ;;
INSERT INTO activity_head (one, last_id, last_hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000')
-- ;;
CREATE TABLE ledger (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    debit      TEXT NOT NULL,
    credit     TEXT NOT NULL,
    sats       INTEGER NOT NULL CHECK (sats > 0),
    kind       TEXT NOT NULL,
    ref        TEXT NOT NULL,
    unique_key TEXT NOT NULL UNIQUE,
    CHECK (debit <> credit)
)
-- ;;
CREATE INDEX ledger_by_at ON ledger (at, id)
-- ;;
CREATE INDEX ledger_by_debit ON ledger (debit, at, id)
-- ;;
CREATE INDEX ledger_by_credit ON ledger (credit, at, id)
-- ;;
CREATE INDEX ledger_by_kind ON ledger (kind, at, id)
-- ;;
CREATE INDEX ledger_by_ref ON ledger (ref, at, id)
-- ;;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END
-- ;;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END
-- ;;
-- What the ledger's rows add up to, kept in the same transactions; on the account's own (normal) side.
CREATE TABLE ledger_balances (
    account TEXT PRIMARY KEY NOT NULL,
    balance INTEGER NOT NULL,
    CHECK (balance >= 0 OR account IN ('operator', 'revenue'))
) WITHOUT ROWID
