-- SPDX-FileCopyrightText: the Timmy Tower Console authors
-- SPDX-License-Identifier: GPL-3.0-or-later
CREATE TRIGGER free_tier_grants_append_only BEFORE UPDATE OR DELETE ON free_tier_grants
FOR EACH ROW EXECUTE FUNCTION refuse_append_only()
-- ;;
CREATE TRIGGER free_tier_grants_no_truncate BEFORE TRUNCATE ON free_tier_grants
FOR EACH STATEMENT EXECUTE FUNCTION refuse_append_only()
