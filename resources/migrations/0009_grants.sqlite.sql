-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
CREATE TRIGGER free_tier_grants_no_update BEFORE UPDATE ON free_tier_grants
BEGIN
    SELECT RAISE(ABORT, 'free_tier_grants is append-only');
END
-- ;;
CREATE TRIGGER free_tier_grants_no_delete BEFORE DELETE ON free_tier_grants
BEGIN
    SELECT RAISE(ABORT, 'free_tier_grants is append-only');
END
