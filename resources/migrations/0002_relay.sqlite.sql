-- Identities, the relay's whitelist, the moderation queue and the policy's answers.
CREATE TABLE nostr_identities (
    pubkey TEXT PRIMARY KEY,
    trust_score BIGINT NOT NULL DEFAULT 0 CHECK (trust_score >= 0),
    tier TEXT NOT NULL DEFAULT 'new' CHECK (tier IN ('new', 'established', 'trusted', 'elite')),
    interaction_count BIGINT NOT NULL DEFAULT 0,
    sats_absorbed_today BIGINT NOT NULL DEFAULT 0 CHECK (sats_absorbed_today >= 0),
    absorbed_reset_at BIGINT NOT NULL DEFAULT 0,
    lightning_address TEXT,
    note TEXT NOT NULL DEFAULT '',
    decay_exempt BIGINT NOT NULL DEFAULT 0,
    decay_days_taken BIGINT NOT NULL DEFAULT 0,
    last_seen BIGINT NOT NULL,
    created_at BIGINT NOT NULL
)
-- ;;
CREATE INDEX nostr_identities_score ON nostr_identities (trust_score, pubkey)
-- ;;
CREATE INDEX nostr_identities_tier_score ON nostr_identities (tier, trust_score, pubkey)
-- ;;
CREATE INDEX nostr_identities_seen ON nostr_identities (last_seen, pubkey)
-- ;;
CREATE INDEX nostr_identities_tier_seen ON nostr_identities (tier, last_seen, pubkey)
-- ;;
CREATE INDEX nostr_identities_created ON nostr_identities (created_at, pubkey)
-- ;;
CREATE INDEX nostr_identities_tier_created ON nostr_identities (tier, created_at, pubkey)
-- ;;
CREATE INDEX nostr_identities_tier_key ON nostr_identities (tier, pubkey)
-- ;;
CREATE TABLE trust_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pubkey TEXT NOT NULL REFERENCES nostr_identities (pubkey),
    at BIGINT NOT NULL,
    why TEXT NOT NULL,
    score_from BIGINT NOT NULL,
    score_to BIGINT NOT NULL,
    ref TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT ''
)
-- ;;
CREATE INDEX trust_changes_pubkey ON trust_changes (pubkey, id)
-- ;;
CREATE TABLE relay_accounts (
    pubkey TEXT PRIMARY KEY REFERENCES nostr_identities (pubkey),
    access_level TEXT NOT NULL CHECK (access_level IN ('none', 'read', 'write')),
    granted_by TEXT NOT NULL CHECK (granted_by IN ('manual', 'auto-tier', 'seed')),
    actor TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    revoked_at BIGINT,
    expires_at BIGINT,
    notes TEXT NOT NULL DEFAULT ''
)
-- ;;
CREATE INDEX relay_accounts_granted ON relay_accounts (granted_at, pubkey)
-- ;;
CREATE INDEX relay_accounts_level_granted ON relay_accounts (access_level, granted_at, pubkey)
-- ;;
CREATE INDEX relay_accounts_level_key ON relay_accounts (access_level, pubkey)
-- ;;
CREATE INDEX relay_accounts_expiry ON relay_accounts ((COALESCE(expires_at, 9007199254740991)), pubkey)
-- ;;
CREATE INDEX relay_accounts_level_expiry ON relay_accounts (access_level, (COALESCE(expires_at, 9007199254740991)), pubkey)
-- ;;
CREATE INDEX relay_accounts_seed ON relay_accounts (pubkey) WHERE granted_by = 'seed'
-- ;;
CREATE TABLE relay_event_queue (
    event_id TEXT PRIMARY KEY,
    pubkey TEXT NOT NULL REFERENCES nostr_identities (pubkey),
    kind BIGINT NOT NULL,
    raw_event TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'flagged', 'approved', 'auto_approved', 'rejected')),
    reviewed_by TEXT,
    review_reason TEXT,
    publish_state TEXT NOT NULL DEFAULT 'none' CHECK (publish_state IN ('none', 'waiting', 'published', 'failed')),
    created_at BIGINT NOT NULL,
    decided_at BIGINT
)
-- ;;
CREATE INDEX relay_event_queue_created ON relay_event_queue (created_at, event_id)
-- ;;
CREATE INDEX relay_event_queue_status ON relay_event_queue (status, created_at, event_id)
-- ;;
CREATE INDEX relay_event_queue_author ON relay_event_queue (pubkey, created_at, event_id)
-- ;;
CREATE INDEX relay_event_queue_decided ON relay_event_queue (status, decided_at)
-- ;;
CREATE TABLE relay_queue_counts (
    status TEXT PRIMARY KEY,
    n BIGINT NOT NULL
)
-- ;;
INSERT INTO relay_queue_counts (status, n)
VALUES ('pending', 0), ('flagged', 0), ('approved', 0), ('auto_approved', 0), ('rejected', 0)
-- ;;
CREATE TABLE relay_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    pubkey TEXT NOT NULL,
    kind BIGINT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    micros BIGINT NOT NULL
)
-- ;;
CREATE INDEX relay_decisions_pubkey ON relay_decisions (pubkey, id)
-- ;;
CREATE INDEX relay_decisions_action ON relay_decisions (action, id)
-- ;;
CREATE TABLE relay_decision_counts (
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (action, reason)
)
-- ;;
CREATE TABLE signed_requests (
    event_id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
)
-- ;;
CREATE INDEX signed_requests_expiry ON signed_requests (expires_at)
