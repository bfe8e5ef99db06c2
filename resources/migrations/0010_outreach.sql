-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Every event that Timmy signs: log and outbox in one. seq: the order in which they were signed; publish_open: it
-- is yet to be sent, or to be sent again.
CREATE TABLE timmy_nostr_events (
    event_id            TEXT PRIMARY KEY NOT NULL,
    seq                 BIGINT NOT NULL UNIQUE,
    kind                BIGINT NOT NULL,
    purpose             TEXT NOT NULL,
    recipient           TEXT,
    amount_sats         BIGINT,
    raw_event           TEXT NOT NULL,
    publish_state       TEXT NOT NULL CHECK (publish_state IN ('none', 'waiting', 'published', 'failed')),
    publish_open        BIGINT NOT NULL,
    publish_tries       BIGINT NOT NULL DEFAULT 0,
    publish_next_at     BIGINT NOT NULL DEFAULT 0,
    publish_answer      TEXT NOT NULL DEFAULT '',
    publish_sent        BIGINT NOT NULL DEFAULT 0,
    publish_owner       TEXT,
    publish_lease_until BIGINT NOT NULL DEFAULT 0,
    created_at          BIGINT NOT NULL
)
-- ;;
CREATE INDEX timmy_nostr_events_by_created ON timmy_nostr_events (created_at, event_id)
-- ;;
CREATE INDEX timmy_nostr_events_by_state ON timmy_nostr_events (publish_state, created_at, event_id)
-- ;;
CREATE INDEX timmy_nostr_events_by_purpose ON timmy_nostr_events (purpose, created_at, event_id)
-- ;;
CREATE INDEX timmy_nostr_events_by_recipient ON timmy_nostr_events (recipient, created_at, event_id)
-- ;;
CREATE INDEX timmy_nostr_events_open ON timmy_nostr_events (seq) WHERE publish_open = 1
-- ;;
-- Messages to members who stayed away: proposed, then sent or skipped. One for each identity and interval: slot is
-- the interval's number.
CREATE TABLE engagement_messages (
    id         TEXT PRIMARY KEY NOT NULL,
    pubkey     TEXT NOT NULL REFERENCES nostr_identities (pubkey),
    slot       BIGINT NOT NULL,
    text       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('proposed', 'sent', 'skipped')),
    event_id   TEXT,
    created_at BIGINT NOT NULL,
    decided_at BIGINT,
    UNIQUE (pubkey, slot)
)
-- ;;
CREATE INDEX engagement_messages_by_created ON engagement_messages (created_at, id)
-- ;;
CREATE INDEX engagement_messages_by_state ON engagement_messages (state, created_at, id)
-- ;;
CREATE INDEX engagement_messages_by_pubkey ON engagement_messages (pubkey, created_at, id)
-- ;;
-- How a zap is carried out. begun_at: from when it counts against the day's ceiling; note: what is to be known of a
-- zap that went well; receipt_key: who signs its receipt; owner and lease_until: as for jobs.
ALTER TABLE zaps ADD COLUMN comment TEXT NOT NULL DEFAULT ''
-- ;;
ALTER TABLE zaps ADD COLUMN note TEXT NOT NULL DEFAULT ''
-- ;;
ALTER TABLE zaps ADD COLUMN outgoing_id TEXT
-- ;;
ALTER TABLE zaps ADD COLUMN receipt_key TEXT
-- ;;
ALTER TABLE zaps ADD COLUMN begun_at BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE zaps ADD COLUMN owner TEXT
-- ;;
ALTER TABLE zaps ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0
-- ;;
CREATE INDEX zaps_by_begun ON zaps (begun_at)
-- ;;
CREATE INDEX zaps_by_payment ON zaps (payment_hash)
-- ;;
CREATE INDEX zaps_waiting ON zaps (created_at, id) WHERE state = 'intent' AND outgoing_id IS NULL
