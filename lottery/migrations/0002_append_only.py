from django.db import migrations

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    """The roll, the confirmations and the placements of a run are never changed or deleted."""

    dependencies = [("lottery", "0001_initial")]
    operations = [
        append_only("lottery_rollentry"),
        append_only("lottery_confirmation"),
        append_only("lottery_placement"),
    ]
