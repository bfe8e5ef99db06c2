-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- credited_sats and absorbed_sats: in all, so that nobody adds up the whole ledger to know.
CREATE TABLE generosity_pool (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    balance_sats  BIGINT NOT NULL,
    reserved_sats BIGINT NOT NULL,
    credited_sats BIGINT NOT NULL DEFAULT 0,
    absorbed_sats BIGINT NOT NULL DEFAULT 0,
    CHECK (balance_sats >= 0),
    CHECK (reserved_sats >= 0 AND reserved_sats <= balance_sats)
)
-- ;;
-- day: the UTC day (days since the epoch) whose budget it takes from. ref: what it is for (job:ID, request:ID);
-- one reservation of a ref can be held at a time.
CREATE TABLE free_tier_reservations (
    id            TEXT PRIMARY KEY NOT NULL,
    pubkey        TEXT NOT NULL REFERENCES nostr_identities (pubkey),
    ref           TEXT NOT NULL,
    request_hash  TEXT NOT NULL,
    sats          BIGINT NOT NULL CHECK (sats > 0),
    day           BIGINT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('held', 'committed', 'released', 'expired')),
    absorbed_sats BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    ended_at      BIGINT
)
-- ;;
CREATE UNIQUE INDEX free_tier_reservations_held ON free_tier_reservations (ref) WHERE state = 'held'
-- ;;
CREATE INDEX free_tier_reservations_by_pubkey ON free_tier_reservations (pubkey, day) WHERE state = 'held'
-- ;;
CREATE INDEX free_tier_reservations_due ON free_tier_reservations (expires_at) WHERE state = 'held'
-- ;;
CREATE TABLE free_tier_grants (
    id             TEXT PRIMARY KEY NOT NULL,
    reservation_id TEXT NOT NULL UNIQUE REFERENCES free_tier_reservations (id),
    pubkey         TEXT NOT NULL,
    request_hash   TEXT NOT NULL,
    ref            TEXT NOT NULL,
    sats           BIGINT NOT NULL CHECK (sats > 0),
    pool_before    BIGINT NOT NULL,
    pool_after     BIGINT NOT NULL,
    at             BIGINT NOT NULL
)
-- ;;
CREATE INDEX free_tier_grants_by_at ON free_tier_grants (at, id)
-- ;;
CREATE INDEX free_tier_grants_by_pubkey ON free_tier_grants (pubkey, at, id)
