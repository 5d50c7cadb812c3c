from django.db import migrations, models
from django.db.migrations import RunSQL

from foundation.migrations_sql import append_only

BEFORE = ("facts", "evaluation", "settled", "assessed_at")
TABLE = "enrollment_applicationversion"
DROP = f"DROP TRIGGER {TABLE}_no_delete ON {TABLE}; DROP TRIGGER {TABLE}_no_update ON {TABLE};"


def _trigger(columns: tuple[str, ...]) -> str:
    sql = append_only(TABLE, changeable=columns).sql
    assert isinstance(sql, str)
    return sql


class Migration(migrations.Migration):
    """A version says when it may be judged (again). What is not judged yet is due at once."""

    dependencies = [("enrollment", "0014_staff_lists")]
    operations = [
        migrations.AddField("applicationversion", "assess_at", models.DateTimeField(null=True)),
        RunSQL(DROP, _trigger(BEFORE)),
        RunSQL(_trigger((*BEFORE, "assess_at")), DROP),
        RunSQL(
            f"""UPDATE {TABLE} v SET assess_at = v.submitted_at FROM enrollment_application a
            WHERE a.id = v.application_id AND v.assessed_at IS NULL AND a.state = 'verifying'""",
            RunSQL.noop,
        ),
        migrations.AddIndex(
            "applicationversion",
            models.Index(fields=["assess_at"], name="version_to_assess", condition=models.Q(assess_at__isnull=False)),
        ),
    ]
