"""An index of the log by who acted: the search of the staff site, and the bounds on looking things up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_names")]

    operations = [
        migrations.AddIndex(model_name="entry", index=models.Index(fields=["actor_id", "-id"], name="audit_by_actor")),
    ]
