"""SQL for migrations: tables that only grow, and columns that never change once written."""

from django.db.migrations import RunSQL

FORBID = """
CREATE OR REPLACE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str, *, changeable: tuple[str, ...] = ()) -> RunSQL:
    """A trigger that refuses DELETE, and UPDATE of anything but the ``changeable`` columns (reversible)."""
    stripped = " - ".join(["", *(f"'{name}'" for name in changeable)])
    condition = f"WHEN ((to_jsonb(NEW){stripped}) IS DISTINCT FROM (to_jsonb(OLD){stripped}))"
    return RunSQL(
        f"""{FORBID}
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION forbid_change();
        CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {condition}
            EXECUTE FUNCTION forbid_change();
        """,
        f"DROP TRIGGER {table}_no_delete ON {table}; DROP TRIGGER {table}_no_update ON {table};",
    )
