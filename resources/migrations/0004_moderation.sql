-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What the AI reviewer said of a queued event, and how its publishing goes. approved_revocation: the author's
-- revoked_at when the event was approved; the allowance holds while the author's is null or the same.
ALTER TABLE relay_event_queue ADD COLUMN review_rank BIGINT NOT NULL DEFAULT 2
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN ai_verdict TEXT
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN ai_reason TEXT
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN ai_at BIGINT
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN review_lease_until BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN approved_revocation BIGINT
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN publish_ended BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN publish_tries BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN publish_next_at BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN publish_answer TEXT NOT NULL DEFAULT ''
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN publish_sent BIGINT NOT NULL DEFAULT 0
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN publish_owner TEXT
-- ;;
ALTER TABLE relay_event_queue ADD COLUMN publish_lease_until BIGINT NOT NULL DEFAULT 0
-- ;;
CREATE INDEX relay_event_queue_publish ON relay_event_queue (publish_next_at, event_id)
WHERE publish_state IN ('waiting', 'failed') AND publish_ended = 0
-- ;;
CREATE INDEX relay_event_queue_review ON relay_event_queue (review_rank, created_at, event_id)
WHERE status = 'pending' AND ai_verdict IS NULL
-- ;;
CREATE INDEX relay_event_queue_author_status ON relay_event_queue (pubkey, status, created_at, event_id)
