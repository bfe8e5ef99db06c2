-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Keys and names sort by bytes (COLLATE "C"), as they do on SQLite.
CREATE TABLE settings (
    name       TEXT COLLATE "C" PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    actor      TEXT NOT NULL
)
-- ;;
CREATE TABLE secret_fingerprints (
    name          TEXT COLLATE "C" PRIMARY KEY,
    fingerprint   TEXT NOT NULL,
    first_used_at BIGINT NOT NULL
)
-- ;;
-- Numbers are given out in the order of commits: writers hold an advisory lock until then.
CREATE TABLE changes (
    seq  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    id   TEXT NOT NULL
)
-- ;;
-- topic is the action up to its first dot, with the dot: "relay." of "relay.grant".
CREATE TABLE activity (
    id            BIGINT PRIMARY KEY,
    at            BIGINT NOT NULL,
    actor         TEXT COLLATE "C" NOT NULL,
    action        TEXT COLLATE "C" NOT NULL,
    topic         TEXT COLLATE "C" NOT NULL,
    subject       TEXT COLLATE "C" NOT NULL,
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
CREATE FUNCTION refuse_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$
-- ;;
CREATE TRIGGER activity_append_only BEFORE UPDATE OR DELETE ON activity
FOR EACH ROW EXECUTE FUNCTION refuse_append_only()
-- ;;
CREATE TRIGGER activity_no_truncate BEFORE TRUNCATE ON activity
FOR EACH STATEMENT EXECUTE FUNCTION refuse_append_only()
-- ;;
-- The end of the chain: one row, locked last by whoever adds to it.
CREATE TABLE activity_head (
    one       BIGINT PRIMARY KEY CHECK (one = 1),
    last_id   BIGINT NOT NULL,
    last_hash TEXT NOT NULL
)
-- ;;
INSERT INTO activity_head (one, last_id, last_hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000')
-- ;;
CREATE TABLE ledger (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         BIGINT NOT NULL,
    debit      TEXT COLLATE "C" NOT NULL,
    credit     TEXT COLLATE "C" NOT NULL,
    sats       BIGINT NOT NULL CHECK (sats > 0),
    kind       TEXT COLLATE "C" NOT NULL,
    ref        TEXT COLLATE "C" NOT NULL,
    unique_key TEXT COLLATE "C" NOT NULL UNIQUE,
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
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger
FOR EACH ROW EXECUTE FUNCTION refuse_append_only()
-- ;;
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION refuse_append_only()
-- ;;
-- What the ledger's rows add up to, kept in the same transactions; on the account's own (normal) side.
CREATE TABLE ledger_balances (
    account TEXT COLLATE "C" PRIMARY KEY,
    balance BIGINT NOT NULL,
    CHECK (balance >= 0 OR account IN ('operator', 'revenue'))
)
