from django.db import migrations

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    """The log only grows; sealing an entry is its one change."""

    dependencies = [("audit", "0001_initial")]
    operations = [
        append_only("audit_entry", changeable=("seal_id",)),
        append_only("audit_seal"),
    ]
