-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Sign-in nonces, vouches, and the index by which absent identities lose score.
CREATE TABLE identity_challenges (
    nonce TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
)
-- ;;
CREATE INDEX identity_challenges_expiry ON identity_challenges (expires_at)
-- ;;
CREATE INDEX identity_challenges_open ON identity_challenges (expires_at) WHERE used_at IS NULL
-- ;;
-- A row stays when it is revoked: the pair and the event are used up.
CREATE TABLE nostr_trust_vouches (
    id TEXT PRIMARY KEY,
    voucher_pubkey TEXT NOT NULL REFERENCES nostr_identities (pubkey),
    vouchee_pubkey TEXT NOT NULL REFERENCES nostr_identities (pubkey),
    event_id TEXT NOT NULL UNIQUE,
    boost BIGINT NOT NULL CHECK (boost >= 0),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT,
    revoke_reason TEXT,
    UNIQUE (voucher_pubkey, vouchee_pubkey),
    CHECK (voucher_pubkey <> vouchee_pubkey)
)
-- ;;
CREATE INDEX nostr_trust_vouches_voucher ON nostr_trust_vouches (voucher_pubkey, created_at, id)
-- ;;
CREATE INDEX nostr_trust_vouches_vouchee ON nostr_trust_vouches (vouchee_pubkey, created_at, id)
-- ;;
CREATE INDEX nostr_identities_absent ON nostr_identities (last_seen, decay_days_taken, pubkey)
WHERE trust_score > 0 AND decay_exempt = 0
