from django.db import migrations

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    """Evidence is never changed or deleted."""

    dependencies = [("verification", "0001_initial")]
    operations = [
        append_only("verification_finding"),
    ]
