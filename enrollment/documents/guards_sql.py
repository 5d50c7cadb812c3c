"""SQL of the documents' triggers: what was submitted, or decided with an appeal, is never changed.

After ``foundation.migrations_sql.append_only``, which makes the function ``forbid_change``.
"""

from typing import Final

KEEP_DOCUMENTS: Final = """
CREATE TRIGGER enrollment_document_no_delete BEFORE DELETE ON enrollment_document FOR EACH ROW
    WHEN (OLD.application_id IS NOT NULL) EXECUTE FUNCTION forbid_change();
CREATE TRIGGER enrollment_document_no_update BEFORE UPDATE ON enrollment_document FOR EACH ROW
    WHEN (OLD.application_id IS NOT NULL AND (to_jsonb(NEW) - 'rotation' - 'draft_id' - 'owner_id')
        IS DISTINCT FROM (to_jsonb(OLD) - 'rotation' - 'draft_id' - 'owner_id')) EXECUTE FUNCTION forbid_change();
CREATE FUNCTION forbid_closed_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    page record;
BEGIN
    IF TG_OP = 'DELETE' THEN page := OLD; ELSE page := NEW; END IF;
    IF EXISTS (SELECT 1 FROM enrollment_appeal WHERE id = page.appeal_id AND state NOT IN ('filed', 'hearing')) THEN
        RAISE EXCEPTION 'papers of a closed appeal are never added or taken away' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN page;
END $$;
CREATE TRIGGER enrollment_document_appeal_insert BEFORE INSERT ON enrollment_document FOR EACH ROW
    WHEN (NEW.appeal_id IS NOT NULL) EXECUTE FUNCTION forbid_closed_appeal();
CREATE TRIGGER enrollment_document_appeal_delete BEFORE DELETE ON enrollment_document FOR EACH ROW
    WHEN (OLD.appeal_id IS NOT NULL) EXECUTE FUNCTION forbid_closed_appeal();
CREATE TRIGGER enrollment_document_appeal_update BEFORE UPDATE ON enrollment_document FOR EACH ROW
    WHEN ((OLD.appeal_id IS NOT NULL OR NEW.appeal_id IS NOT NULL)
        AND (to_jsonb(NEW) - 'rotation' - 'owner_id') IS DISTINCT FROM (to_jsonb(OLD) - 'rotation' - 'owner_id'))
    EXECUTE FUNCTION forbid_change();
"""
RELEASE_DOCUMENTS: Final = """
DROP TRIGGER enrollment_document_no_delete ON enrollment_document;
DROP TRIGGER enrollment_document_no_update ON enrollment_document;
DROP TRIGGER enrollment_document_appeal_insert ON enrollment_document;
DROP TRIGGER enrollment_document_appeal_delete ON enrollment_document;
DROP TRIGGER enrollment_document_appeal_update ON enrollment_document;
DROP FUNCTION forbid_closed_appeal();
"""
