"""Indexes of the staff site's list: the order of the desk, and the values of its group filter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0013_appeal_papers")]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["-needs_person", "state_at", "-id"], name="application_desk"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["group_code"], name="application_group"),
        ),
    ]
