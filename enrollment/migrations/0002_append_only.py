from django.db import migrations

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    """What was submitted, decided and published is never changed or deleted."""

    dependencies = [("enrollment", "0001_initial")]
    operations = [
        append_only("enrollment_policyversion"),
        append_only("enrollment_applicationversion", changeable=("facts", "evaluation", "settled", "assessed_at")),
        append_only("enrollment_transition"),
        append_only("enrollment_offer"),
    ]
