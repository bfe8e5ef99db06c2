-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What the operator set by relay management (NIP-86): how the relay presents itself, and what it refuses.
CREATE TABLE relay_profile (
    field TEXT PRIMARY KEY CHECK (field IN ('name', 'description', 'icon')),
    value TEXT NOT NULL
)
-- ;;
CREATE TABLE relay_rules (
    list TEXT NOT NULL CHECK (list IN ('banned-event', 'allowed-kind', 'disallowed-kind', 'blocked-ip')),
    item TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (list, item)
)
-- ;;
CREATE INDEX relay_rules_newest ON relay_rules (list, created_at, item)
-- ;;
CREATE INDEX relay_accounts_revoked ON relay_accounts (revoked_at, pubkey) WHERE revoked_at IS NOT NULL
-- ;;
CREATE INDEX relay_accounts_allowed ON relay_accounts (granted_at, pubkey)
WHERE granted_by = 'manual' AND access_level = 'write' AND revoked_at IS NULL
