-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Completion receipts whose signatures and payment proof held, and when their consumers were first seen by us.
-- first_seen of a profile never changes; nor does a receipt.
-- success_flag: the number as RFC 8785 writes it, so that it is read back as it was signed.
-- counts_at: completed_at in milliseconds, or first_seen_at where that time can't be believed.
-- proof_id: the payment, however it is written down; one serves one receipt.
CREATE TABLE consumer_profiles (
    npub       TEXT PRIMARY KEY NOT NULL,
    first_seen BIGINT NOT NULL
)
-- ;;
CREATE TABLE completion_receipts (
    lease_id                TEXT PRIMARY KEY NOT NULL,
    provider_npub           TEXT NOT NULL,
    consumer_npub           TEXT NOT NULL REFERENCES consumer_profiles (npub),
    duration_paid           BIGINT NOT NULL CHECK (duration_paid >= 0),
    duration_delivered      BIGINT NOT NULL CHECK (duration_delivered >= 0),
    success_flag            TEXT NOT NULL,
    mint_url                TEXT NOT NULL,
    swap_response_signature TEXT NOT NULL,
    version                 BIGINT NOT NULL CHECK (version > 0),
    completed_at            BIGINT NOT NULL,
    consumer_signature      TEXT NOT NULL,
    provider_co_signature   TEXT NOT NULL,
    digest                  TEXT NOT NULL,
    proof_id                TEXT NOT NULL UNIQUE,
    counts_at               BIGINT NOT NULL,
    first_seen_at           BIGINT NOT NULL
)
-- ;;
CREATE INDEX completion_receipts_by_provider ON completion_receipts (provider_npub, counts_at, lease_id)
-- ;;
CREATE INDEX completion_receipts_by_consumer ON completion_receipts (consumer_npub, counts_at)
